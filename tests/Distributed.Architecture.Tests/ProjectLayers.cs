using System.Xml.Linq;

namespace Distributed.Architecture.Tests;

/// <summary>The layers: a project may reference the projects below its own.</summary>
internal static class ProjectLayers
{
    /// <summary>The projects from the bottom up. Those of the top layer do not reference each other.</summary>
    private static readonly string[][] Layers =
    [
        ["Distributed.Tensors"], ["Distributed.Learning"], ["Distributed.Data"], ["Distributed.Models"], ["Distributed.Protocol"],
        ["Distributed.Transport"], ["Distributed.Cluster"], ["Distributed.Jobs"], ["Distributed.Api"], ["Distributed.Dashboard"],
        ["Distributed.Node", "Distributed.Console"],
    ];

    /// <summary>Whether a project may be referenced by another one.</summary>
    public static bool IsBelow(string project, string other) => LayerOf(project) < LayerOf(other);

    /// <summary>The references of a project that break the layers.</summary>
    /// <param name="project">The project's name.</param>
    /// <param name="references">Names of referenced projects, packages and files.</param>
    public static IEnumerable<string> Violations(string project, IEnumerable<string> references)
    {
        if (LayerOf(project) < 0)
        {
            yield return $"{project} has no layer: give it one in {nameof(ProjectLayers)}";
            yield break;
        }

        foreach (var reference in references.Where(name => name.StartsWith("Distributed.", StringComparison.Ordinal)))
        {
            if (LayerOf(reference) < 0)
                yield return $"{project} references {reference}, which is in no layer (tests are never referenced)";
            else if (!IsBelow(reference, project))
                yield return $"{project} references {reference}, which is not below it";
        }
    }

    /// <summary>The names of the projects, packages and files that a project file references.</summary>
    public static IEnumerable<string> ReferencesOf(XDocument project)
    {
        foreach (var item in project.Descendants())
        {
            if (item.Attribute("Include")?.Value is not { } include)
                continue;
            if (item.Name.LocalName == "ProjectReference")
                yield return Path.GetFileNameWithoutExtension(include.Replace('\\', '/'));
            else if (item.Name.LocalName is "PackageReference" or "Reference")
                yield return include.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? Path.GetFileNameWithoutExtension(include) : include;
        }
    }

    private static int LayerOf(string project) => Array.FindIndex(Layers, layer => layer.Contains(project));
}
