using System.Text.RegularExpressions;

namespace Distributed.Tests;

/// <summary>A Markdown file of the repository, as far as tests read it: fenced code, links, headings.</summary>
internal sealed partial class MarkdownDocument
{
    private static readonly Lazy<IReadOnlyList<MarkdownDocument>> Found = new(Find);

    private MarkdownDocument(string file)
    {
        Name = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
        Text = File.ReadAllText(file);
        CodeBlocks = [.. Fence().Matches(Text).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
        Prose = Fence().Replace(Text, "");
    }

    /// <summary>All of them: the README first, as a reader meets it, the others by their paths.</summary>
    public static IReadOnlyList<MarkdownDocument> All => Found.Value;

    /// <summary>The path from the repository's root.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>The text without fenced code.</summary>
    public string Prose { get; }

    /// <summary>Fenced code, with the language that it names; empty for none.</summary>
    public IReadOnlyList<(string Language, string Text)> CodeBlocks { get; }

    /// <summary>The targets of links and pictures, as they are written.</summary>
    public IEnumerable<string> Links => Link().Matches(InlineCode().Replace(Prose, "code")).Select(match => match.Groups[1].Value);

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (Match heading in Heading().Matches(Prose))
            {
                var anchor = NoAnchor().Replace(LinkText().Replace(heading.Groups[1].Value, "$1").Trim().ToLowerInvariant(), "").Replace(' ', '-');
                var unique = anchor;
                for (var i = 1; !anchors.Add(unique); i++) unique = $"{anchor}-{i}";
            }
            return anchors;
        }
    }

    /// <summary>What is wrong with a link of this document; null when nothing is. Addresses of other sites are not asked for.</summary>
    public string? Broken(string link)
    {
        if (link.Contains("://", StringComparison.Ordinal)) return null;
        var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var file = path.Length == 0 ? Path.Combine(Repository.Root, Name) : Path.GetFullPath(path, Path.GetDirectoryName(Path.Combine(Repository.Root, Name))!);
        if (!file.StartsWith(Repository.Root, StringComparison.Ordinal)) return $"{Name}: {link} leads out of the repository";
        if (!Path.Exists(file)) return $"{Name}: {link} leads to no file";
        if (anchor is null) return null;
        var target = All.FirstOrDefault(document => Path.GetFullPath(document.Name, Repository.Root) == file);
        if (target is null) return $"{Name}: {link} has an anchor, but leads to no document";
        return target.Anchors.Contains(anchor) ? null : $"{Name}: {link} leads to no heading of {target.Name}";
    }

    public override string ToString() => Name;

    private static IReadOnlyList<MarkdownDocument> Find()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return [.. Directory.EnumerateFiles(Repository.Root, "*.md", options)
            .Select(file => new MarkdownDocument(file))
            .Where(document => !document.Name.Split('/').Any(part => part is "bin" or "obj" or "TestResults" or "node_modules" || part.StartsWith('.')))
            .OrderBy(document => document.Name != "README.md").ThenBy(document => document.Name, StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();
}
