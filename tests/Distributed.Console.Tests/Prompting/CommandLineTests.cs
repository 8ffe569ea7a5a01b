using Distributed.Console.Commands;
using Distributed.Console.Prompting;
using Distributed.Console.Tests.Fakes;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Tests.Prompting;

/// <summary>Lines of a prompt: their words, how the last of them goes on, and what is kept of them.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TestConsole _console = new();

    public void Dispose() => _console.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("  jobs   --json ", "jobs|--json")]
    [InlineData("dtrain jobs # newest first", "jobs")]
    [InlineData("# nothing but a remark", "")]
    [InlineData("predict --data \"my rows.csv\" --model 'a b'/c#d", "predict|--data|my rows.csv|--model|a b/c#d")]
    [InlineData("train --target ''", "train|--target|")]
    public void A_line_is_cut_into_words_as_by_a_shell(string line, string words) =>
        Assert.Equal(words, string.Join('|', CommandWords.Split(line)));

    [Fact]
    public void A_quotation_mark_that_is_not_closed_is_told() =>
        Assert.Contains("not closed", Assert.Throws<UsageException>(() => CommandWords.Split("jobs 'a")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("wat", 0, "watch")]
    [InlineData("data ", 5, "delete|list|show|upload")]
    [InlineData("predict --fo", 8, "--format")]
    [InlineData("data upload --na", 12, "--name")]
    [InlineData("ex", 0, "exit|explain|export")]
    [InlineData("unheard 'of", 8, "")]
    public void Commands_and_options_are_completed(string text, int start, string candidates)
    {
        var completion = CommandCompletion.Of(CommandTree.Create(_console.Environment with { IsPrompt = true }), text);
        Assert.Equal((start, candidates), (completion.Start, string.Join('|', completion.Candidates)));
    }

    [Fact]
    public void Files_are_completed_where_a_value_or_an_argument_stands()
    {
        var root = CommandTree.Create(_console.Environment);
        _console.Write("flowers.csv", "a,b\n");
        _console.Write(Path.Combine("flow of data", "x.csv"), "a,b\n");
        Assert.Equal(
            [$"\"{_console.Folder}/flow of data/\"", $"{_console.Folder}/flowers.csv"], CommandCompletion.Of(root, $"train --data {_console.Folder}/flo").Candidates);
        Assert.Equal([$"{_console.Folder}/flowers.csv"], CommandCompletion.Of(root, $"data upload {_console.Folder}/flowe").Candidates);
        Assert.Empty(CommandCompletion.Of(root, "train --data /there/is/no/such/folder/a").Candidates);
    }

    [Fact]
    public void The_history_is_there_at_the_next_prompt_for_its_user_alone_and_has_a_bound()
    {
        var file = _console.PathOf("kept/history");
        var history = new CommandHistory(file);
        foreach (var line in new[] { "jobs", "jobs", " secret", "", "nodes" }) history.Add(line);
        Assert.Equal(["jobs", "nodes"], new CommandHistory(file).Lines);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        File.WriteAllLines(file, Enumerable.Range(0, 3 * CommandHistory.Most).Select(i => $"watch job-{i}"));
        var cut = new CommandHistory(file);
        Assert.Equal(CommandHistory.Most, cut.Lines.Count);
        Assert.Equal($"watch job-{3 * CommandHistory.Most - 1}", cut.Lines[^1]);
        Assert.Equal(CommandHistory.Most, File.ReadAllLines(file).Length);
    }
}
