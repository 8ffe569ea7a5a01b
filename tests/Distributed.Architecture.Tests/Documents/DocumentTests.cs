using Distributed.Tests;

namespace Distributed.Architecture.Tests.Documents;

/// <summary>What every document of the repository keeps to.</summary>
public sealed class DocumentTests
{
    /// <summary>The README is read in one sitting; the rest stands where its reader does.</summary>
    private const int MostLines = 150;

    private const int TerminalColumns = 80;

    public static TheoryData<string> Documents => [.. MarkdownDocument.All.Select(document => document.Name)];

    private static MarkdownDocument Readme => MarkdownDocument.All[0];

    [Fact]
    public void Documents_are_found()
    {
        Assert.Equal("README.md", Readme.Name);
        string[] rooms = ["cluster-config", "docker", "src", "src/Distributed.Console", "src/Distributed.Node", "tests", "tests/Distributed.Benchmarks"];
        Assert.Empty(rooms.Select(room => room + "/README.md").Except(MarkdownDocument.All.Select(document => document.Name)));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string name)
    {
        var document = MarkdownDocument.All.Single(found => found.Name == name);
        Assert.Empty(document.Links.Select(document.Broken).OfType<string>());
    }

    [Fact]
    public void Broken_links_are_found()
    {
        Assert.Null(Readme.Broken("docker/README.md#break-it"));
        Assert.Null(Readme.Broken("#two-commands"));
        Assert.Contains("no file", Readme.Broken("docker/README.txt"), StringComparison.Ordinal);
        Assert.Contains("no heading", Readme.Broken("docker/README.md#broken"), StringComparison.Ordinal);
        Assert.Contains("no heading", Readme.Broken("#three-commands"), StringComparison.Ordinal);
        Assert.Contains("out of the repository", Readme.Broken("../README.md"), StringComparison.Ordinal);
        Assert.Contains("no document", Readme.Broken("Distributed.sln#first"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_readme_has_at_most_150_lines() => Assert.InRange(Readme.Text.TrimEnd().Split('\n').Length, 40, MostLines);

    [Fact]
    public void The_readmes_pictures_fit_a_terminal() =>
        Assert.DoesNotContain(
            Readme.CodeBlocks.Where(block => block.Language == "text").SelectMany(block => block.Text.Split('\n')), line => line.Length > TerminalColumns);
}
