using Distributed.Console.Options;
using Distributed.Console.Terminals;

namespace Distributed.Console.Output;

/// <summary>Chooses the display: JSON lines, quiet, a terminal's live screen, or plain lines.</summary>
internal static class Displays
{
    public static IProgressDisplay For(ConsoleEnvironment environment, OutputChoice choice)
    {
        if (choice.Json) return new JsonDisplay(environment.Output, environment.Error);
        if (choice.Quiet || environment.TerminalWidth is not { } width)
            return new PlainDisplay(environment.Words, environment.Error, environment.Clock, choice.Quiet);
        return OnTerminal(environment, width);
    }

    // A separate method, so that the terminal's library is loaded only with a terminal.
    private static LiveDisplay OnTerminal(ConsoleEnvironment environment, int width) =>
        new(Terminal.Open(environment.Output, environment.Colours, width), environment.TerminalRows, environment.Clock);

    /// <summary>Prints lines in colours on a terminal, and bare elsewhere.</summary>
    public static void Print(ConsoleEnvironment environment, IEnumerable<StyledLine> lines)
    {
        if (environment.TerminalWidth is { } width)
        {
            Paint(environment, lines, width);
            return;
        }
        foreach (var line in lines) environment.Output.WriteLine(line.Text.TrimEnd());
    }

    private static void Paint(ConsoleEnvironment environment, IEnumerable<StyledLine> lines, int width)
    {
        var console = Terminal.Open(environment.Output, environment.Colours, width);
        foreach (var line in lines) Terminal.Write(console, line);
    }
}
