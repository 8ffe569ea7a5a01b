using System.Text.RegularExpressions;
using System.Xml.Linq;
using Distributed.Tests;

namespace Distributed.Architecture.Tests.Documents;

/// <summary>src/README.md describes the rooms that exist, and a gradient's walk that only goes down.</summary>
public sealed partial class TourTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    private static string Tour => MarkdownDocument.All.Single(document => document.Name == "src/README.md").Text;

    [Fact]
    public void The_tour_passes_through_every_room_and_no_other()
    {
        var rooms = Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar))
            .Where(parts => parts.Length > 2 && parts[1] is not ("bin" or "obj"))
            .Select(parts => $"{parts[0]}/{parts[1]}").Distinct().Order(StringComparer.Ordinal);
        var described = RoomRow().Matches(Tour).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);
        Assert.Equal(rooms, described);
    }

    [Fact]
    public void The_tour_passes_through_every_project()
    {
        var projects = Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);
        Assert.Equal(projects, Regex.Matches(Tour, "^### (Distributed\\..+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_gradients_walk_never_steps_up()
    {
        var legs = Leg().Matches(Section("One gradient's walk")).Select(leg => Target().Matches(leg.Value).Select(step => ProjectOf(step.Groups[1].Value)).ToList()).ToList();
        Assert.Equal(7, legs.Count);
        foreach (var leg in legs)
        {
            Assert.True(leg.Count > 2, string.Join(" → ", leg));
            for (var i = 1; i < leg.Count; i++) Assert.True(leg[i] == leg[i - 1] || Below(leg[i - 1]).Contains(leg[i]), $"{leg[i - 1]} → {leg[i]}");
        }
        Assert.DoesNotContain("Distributed.Cluster", Below("Distributed.Protocol"));
    }

    private static string Section(string heading)
    {
        var begin = Tour.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"there is no section '{heading}'");
        return Tour[begin..Tour.IndexOf("\n## ", begin + 4, StringComparison.Ordinal)];
    }

    private static string ProjectOf(string path) => path.Split('/')[0];

    /// <summary>The projects that one references, directly or through others.</summary>
    private static HashSet<string> Below(string project)
    {
        var below = new HashSet<string>();
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var next))
            foreach (var reference in ProjectLayers.ReferencesOf(XDocument.Load(Path.Combine(Source, next, next + ".csproj"))))
                if (reference.StartsWith("Distributed.", StringComparison.Ordinal) && below.Add(reference)) open.Enqueue(reference);
        return below;
    }

    [GeneratedRegex(@"^\| \[\w+\]\((Distributed\.\w+/\w+)\) \|", RegexOptions.Multiline)]
    private static partial Regex RoomRow();

    [GeneratedRegex(@"^\d+\. .*?(?=^\d+\. |\n\n)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Leg();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Target();
}
