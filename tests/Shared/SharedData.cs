namespace Distributed.Tests;

/// <summary>
/// Data that is too large for the repository: the folder named by DISTRIBUTED_SHARED, or <c>shared</c> beside any folder above the
/// tests.
/// </summary>
internal static class SharedData
{
    private static readonly string? Root = Find();

    public static bool Has(string name) => HasFolder(System.IO.Path.Combine("data", name));

    public static string Path(string name) => Folder(System.IO.Path.Combine("data", name));

    /// <summary>Whether a file or folder is there beside the data.</summary>
    public static bool HasFolder(string name) => Root is not null && System.IO.Path.Exists(Folder(name));

    /// <summary>A file or folder beside the data.</summary>
    public static string Folder(string name) => System.IO.Path.Combine(Root!, name);

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

/// <summary>A test of files beside the shared data, skipped with the reason where they are not.</summary>
public sealed class SharedFileTheoryAttribute : TheoryAttribute
{
    public SharedFileTheoryAttribute(string folder)
    {
        if (!SharedData.HasFolder(folder))
            Skip = $"needs {folder} in a folder shared above the tests (or DISTRIBUTED_SHARED)";
    }
}
