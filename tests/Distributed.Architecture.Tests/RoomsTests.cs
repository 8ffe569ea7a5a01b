using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Distributed.Architecture.Tests;

/// <summary>A folder is a namespace, and no two folders of a project reach each other.</summary>
public sealed class RoomsTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Fixtures = new(() => new ArchLoader().LoadAssembly(typeof(RoomsTests).Assembly).Build());

    public static TheoryData<string> Projects() => [.. ProductArchitecture.Assemblies.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_two_folders_of_a_project_reach_each_other(string project)
    {
        var assembly = ProductArchitecture.Assemblies[project].GetName().Name;
        var rooms = new Rooms(ProductArchitecture.Model.Types.Where(type => type.Assembly.Name.Split(',')[0] == assembly));
        output.WriteLine(string.Join('\n', rooms.Names.Select(room => $"{room} → {string.Join(", ", rooms.UsedBy(room))}")));
        Assert.NotEmpty(rooms.Names);
        var circles = rooms.Circles();
        Assert.True(circles.Count == 0, $"{project} has folders that reach each other:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void A_circle_is_found_with_the_types_that_close_it()
    {
        var circles = new Rooms(FixtureTypes("Circle")).Circles();
        Assert.Equal(3, circles.Count);
        Assert.Contains(circles, arrow => arrow.Contains("Lower.Bottom", StringComparison.Ordinal) && arrow.Contains("uses", StringComparison.Ordinal));
    }

    [Fact]
    public void Stairs_are_no_circle()
    {
        var rooms = new Rooms(FixtureTypes("Stairs"));
        Assert.Equal(2, rooms.Names.Count);
        Assert.Empty(rooms.Circles());
    }

    [Fact]
    public void An_arrow_is_found_whichever_way_code_names_a_type()
    {
        var ways = FixtureTypes("Arrows.Lower").Where(type => type.Name.StartsWith("In", StringComparison.Ordinal)).ToList();
        Assert.Equal(21, ways.Count);
        var missed = ways.Where(way => !way.Dependencies.Any(d => d.Target.Namespace.FullName.EndsWith("Arrows.Upper", StringComparison.Ordinal)));
        Assert.Equal([], missed.Select(way => way.Name));
    }

    [Fact]
    public void Every_namespace_is_its_folder()
    {
        var wrong = new List<string>();
        foreach (var path in ProductArchitecture.SourceFiles)
        {
            var declared = File.ReadLines(path).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is null) continue; // top-level statements
            var folder = Path.GetRelativePath(Path.Combine(ProductArchitecture.RepositoryRoot, "src"), Path.GetDirectoryName(path)!);
            var expected = $"namespace {folder.Replace(Path.DirectorySeparatorChar, '.')};";
            if (declared != expected) wrong.Add($"{Path.GetFileName(path)}: '{declared}' in {folder}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<IType> FixtureTypes(string room) =>
        Fixtures.Value.Types.Where(type => type.Namespace.FullName.StartsWith($"{typeof(RoomsTests).Namespace}.Fixtures.{room}", StringComparison.Ordinal));
}
