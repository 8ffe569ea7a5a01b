using System.Xml.Linq;

namespace Distributed.Architecture.Tests;

/// <summary>The layers, and what a project may reference: layers below its own.</summary>
internal static class ProjectLayers
{
    /// <summary>The projects from the bottom up. Those of the top layer do not reference each other.</summary>
    private static readonly string[][] Layers =
    [
        ["Distributed.Tensors"], ["Distributed.Learning"], ["Distributed.Data"], ["Distributed.Models"], ["Distributed.Protocol"],
        ["Distributed.Transport"], ["Distributed.Cluster"], ["Distributed.Jobs"], ["Distributed.Api"], ["Distributed.Node", "Distributed.Console"],
    ];

    /// <summary>An assembly that has another name than its project.</summary>
    private static readonly Dictionary<string, string> ProjectOfAssembly = new() { ["dtrain"] = "Distributed.Console" };

    private static readonly string[] WithoutAkka =
        ["Distributed.Tensors", "Distributed.Learning", "Distributed.Data", "Distributed.Models", "Distributed.Protocol", "Distributed.Transport", "Distributed.Api"];

    /// <summary>What is wrong with the references of a project or assembly.</summary>
    /// <param name="source">The project's or assembly's name.</param>
    /// <param name="references">Names of referenced projects, assemblies and packages.</param>
    public static IEnumerable<string> Violations(string source, IEnumerable<string> references)
    {
        var project = ProjectOfAssembly.GetValueOrDefault(source, source);
        var layer = LayerOf(project);
        if (layer < 0)
        {
            yield return $"{project} has no layer: give it one in {nameof(ProjectLayers)}";
            yield break;
        }

        foreach (var reference in references.Select(name => ProjectOfAssembly.GetValueOrDefault(name, name)))
        {
            if (reference.StartsWith("Distributed.", StringComparison.Ordinal))
            {
                if (LayerOf(reference) < 0)
                    yield return $"{project} references {reference}, which is in no layer (tests are never referenced)";
                else if (LayerOf(reference) >= layer)
                    yield return $"{project} references {reference}, which is not below it";
            }
            else if (WithoutAkka.Contains(project) && (reference == "Akka" || reference.StartsWith("Akka.", StringComparison.Ordinal)))
            {
                yield return $"{project} references {reference}: no Akka below the actors";
            }
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
