using System.Reflection;
using System.Runtime.CompilerServices;

namespace Distributed.Architecture.Tests;

/// <summary>Bounds on the size of a file and of an object's state.</summary>
public sealed class SizeTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int MostLines = 400, MostFields = 12;

    /// <summary>Classes with more fields, each with its reason.</summary>
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Distributed.Protocol.Queue.QueueEntry"] = "what the queue's journal tells of a job: one property for each fact",
        ["Distributed.Protocol.Journal.JobHistory"] = "what a job's journal tells: one property for each fact",
    };

    [Fact]
    public void No_source_file_has_more_than_400_lines()
    {
        var files = ProductArchitecture.SourceFiles
            .Select(path => (Lines: File.ReadLines(path).Count(), Name: Path.GetRelativePath(ProductArchitecture.RepositoryRoot, path)))
            .OrderByDescending(file => file.Lines).ToList();
        Assert.NotEmpty(files);
        output.WriteLine(string.Join('\n', files.Take(10).Select(file => $"{file.Lines} {file.Name}")));
        Assert.DoesNotContain(files, file => file.Lines > MostLines);
    }

    [Fact]
    public void No_class_has_more_than_12_fields()
    {
        var classes = ProductArchitecture.Assemblies.Values.SelectMany(assembly => assembly.GetTypes())
            .Where(HoldsState)
            .Select(type => (Fields: FieldsOf(type).Count, Name: type.FullName!))
            .OrderByDescending(found => found.Fields).ToList();
        output.WriteLine(string.Join('\n', classes.TakeWhile(found => found.Fields > MostFields - 2).Select(found => $"{found.Fields} {found.Name}")));
        var above = classes.Where(found => found.Fields > MostFields).ToDictionary(found => found.Name, found => found.Fields);
        var wrong = above.Where(found => !Allowed.ContainsKey(found.Key)).Select(found => $"{found.Key} has {found.Value} fields");
        Assert.True(!wrong.Any(), string.Join('\n', wrong));
        Assert.Equal([], Allowed.Keys.Except(above.Keys)); // every exception is still needed
    }

    [Fact]
    public void Parameters_that_a_class_captures_and_automatic_properties_count_as_fields() =>
        Assert.Equal(3, FieldsOf(typeof(Fixture)).Count);

    /// <summary>Records are values with one property for each fact; generated classes have no reader.</summary>
    private static bool HoldsState(Type type) =>
        type.IsClass && type.GetMethod("<Clone>$") is null && !IsGenerated(type);

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute), false) || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), false)
        || typeof(System.Text.Json.Serialization.JsonSerializerContext).IsAssignableFrom(type)
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    private static List<FieldInfo> FieldsOf(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)];

    private sealed class Fixture(int captured)
    {
        private readonly int _declared = 1;

        public int Automatic { get; } = 1;

        public int Sum() => captured + _declared + Automatic;
    }
}
