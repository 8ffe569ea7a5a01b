using Distributed.Console.Options;
using Distributed.Console.Terminals;

namespace Distributed.Console.Searches;

/// <summary>Chooses the display of a search: JSON lines, quiet, a terminal's live screen, or plain lines.</summary>
internal static class SearchDisplays
{
    public static ISearchDisplay For(ConsoleEnvironment environment, OutputChoice choice)
    {
        if (choice.Json) return new JsonSearchDisplay(environment.Output, environment.Error);
        if (choice.Quiet || environment.TerminalWidth is not { } width) return new PlainSearchDisplay(Plain, choice.Quiet);
        return OnTerminal(environment, width);

        void Plain(StyledLine line)
        {
            environment.Output.WriteLine(line.Text.TrimEnd());
            environment.Output.Flush();
        }
    }

    // A separate method, so that the terminal's library is loaded only with a terminal.
    private static LiveSearchDisplay OnTerminal(ConsoleEnvironment environment, int width) =>
        new(Terminal.Open(environment.Output, environment.Colours, width), environment.TerminalRows, environment.Clock);
}
