using System.CommandLine;
using System.CommandLine.Help;
using Distributed.Console.Terminals;

namespace Distributed.Console.Commands;

/// <summary>Every command of the console.</summary>
internal static class CommandTree
{
    public static RootCommand Create(ConsoleEnvironment environment)
    {
        var root = new RootCommand("dtrain trains neural networks: the same weights, bit for bit, on one worker or many.");
        root.Subcommands.Add(TrainCommand.Create(environment));
        root.Subcommands.Add(TuneCommand.Create(environment));
        root.Subcommands.Add(ResumeCommand.Create(environment));
        root.Subcommands.Add(JobsCommand.Create(environment));
        root.Subcommands.Add(PredictCommand.Create(environment));
        root.Subcommands.Add(EvaluateCommand.Create(environment));
        root.Subcommands.Add(ExplainCommand.Create(environment));
        root.Subcommands.Add(ExportCommand.Create(environment));
        root.Subcommands.Add(VerifyCommand.Create(environment));
        root.Subcommands.Add(SubmitCommand.Create(environment));
        root.Subcommands.Add(WatchCommand.Create(environment));
        root.Subcommands.Add(SteerCommand.CreatePause(environment));
        root.Subcommands.Add(SteerCommand.CreateCancel(environment));
        root.Subcommands.Add(NodesCommand.Create(environment));
        root.Subcommands.Add(DataCommand.Create(environment));
        if (!environment.IsPrompt) root.Subcommands.Add(ConsoleCommand.Create(environment));
        root.Subcommands.Add(CompletionCommand.Create(environment));
        foreach (var option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpPage();
        }
        return root;
    }

    /// <summary>Whether a command line asks for help or the version: then nothing else in it matters.</summary>
    public static bool AsksForHelp(ParseResult parsed) =>
        parsed.RootCommandResult.Command.Options.Any(o => o is HelpOption or VersionOption && parsed.GetResult(o) is { Implicit: false });
}
