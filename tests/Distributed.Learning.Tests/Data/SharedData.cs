namespace Distributed.Learning.Tests.Data;

/// <summary>
/// Data that is too large for the repository: the folder named by DISTRIBUTED_SHARED, or <c>shared</c> beside any folder above the
/// tests.
/// </summary>
internal static class SharedData
{
    private static readonly string? Folder = Find();

    public static bool Has(string name) => Folder is not null && (File.Exists(Path(name)) || Directory.Exists(Path(name)));

    public static string Path(string name) => System.IO.Path.Combine(Folder!, "data", name);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("DISTRIBUTED_SHARED") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = System.IO.Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(System.IO.Path.Combine(shared, "data")))
                return shared;
        }

        return null;
    }
}

/// <summary>A test that needs shared data and is skipped, with the reason, where there is none.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string name)
    {
        if (!SharedData.Has(name))
            Skip = $"needs {name} in a folder shared/data above the tests (or DISTRIBUTED_SHARED)";
    }
}
