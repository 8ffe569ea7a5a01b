using System.CommandLine;
using Distributed.Console.Commands;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Commands;

/// <summary>The help is complete: a walk over all commands, so that none is forgotten when one is added.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Walk(CommandTree.Create(ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_and_all_its_options_on_eighty_columns(string path)
    {
        using var console = new TestConsole();
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var code = await console.RunAsync([.. words, "--help"]);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("", console.Error);
        Assert.All(console.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        var command = words.Aggregate((Command)CommandTree.Create(ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)), (c, word) => c.Subcommands.Single(s => s.Name == word));
        Assert.Contains("usage: dtrain" + (words.Length > 0 ? " " + path : ""), console.Output, StringComparison.Ordinal);
        foreach (var child in command.Subcommands.Where(c => !c.Hidden)) AssertExplained(child.Name, child.Description, console.Output);
        foreach (var option in command.Options.Where(o => !o.Hidden)) AssertExplained(option.Name, option.Description, console.Output);
        foreach (var argument in command.Arguments) AssertExplained(argument.Name, argument.Description, console.Output);
        if (command.Subcommands.Count > 0) return;
        var example = console.Output.Split('\n').Single(line => line.StartsWith("example: dtrain ", StringComparison.Ordinal));
        var parsed = CommandTree.Create(ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)).Parse(example["example: dtrain ".Length..].Split(' '));
        Assert.Null(BadUsage.Describe(parsed));
        Assert.Equal(command.Name, parsed.CommandResult.Command.Name);
    }

    private static void AssertExplained(string name, string? description, string help)
    {
        Assert.False(string.IsNullOrWhiteSpace(description), $"{name} has no description");
        Assert.Contains(name, help, StringComparison.Ordinal);
        Assert.Contains(description.Split(' ')[0], help, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Walk(Command command, string path)
    {
        yield return path;
        foreach (var child in command.Subcommands.Where(c => !c.Hidden))
            foreach (var below in Walk(child, $"{path} {child.Name}".Trim())) yield return below;
    }
}
