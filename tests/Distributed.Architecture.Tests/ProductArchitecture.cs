using System.Reflection;
using System.Xml.Linq;
using ArchUnitNET.Loader;

namespace Distributed.Architecture.Tests;

/// <summary>What the architecture tests look at: the product's assemblies, ArchUnitNET's model of them, and the source files.</summary>
internal static class ProductArchitecture
{
    /// <summary>The repository's folder.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The assemblies by project name.</summary>
    public static IReadOnlyDictionary<string, Assembly> Assemblies { get; } =
        Directory.GetFiles(Path.Combine(RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path)!, path => Assembly.Load(AssemblyNameOf(path)));

    /// <summary>ArchUnitNET's model: the types of all assemblies with everything that they depend on.</summary>
    public static ArchUnitNET.Domain.Architecture Model { get; } = new ArchLoader().LoadAssemblies([.. Assemblies.Values]).Build();

    /// <summary>The source files of all projects, without generated ones.</summary>
    public static IReadOnlyList<string> SourceFiles { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")),
    ];

    private static string AssemblyNameOf(string projectFile) =>
        XDocument.Load(projectFile).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(projectFile);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Distributed.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"no Distributed.sln above {AppContext.BaseDirectory}");
    }
}
