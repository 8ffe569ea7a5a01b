using Distributed.Console.Terminals;
using Spectre.Console;

namespace Distributed.Console.Output;

/// <summary>
/// The lowest lines of a terminal, drawn over in place; other lines are printed above them. Only three control sequences are used: cursor up,
/// clear to the line's end, clear below.
/// </summary>
/// <param name="console">The terminal.</param>
/// <param name="rows">Rows of the terminal.</param>
internal sealed class LiveRegion(IAnsiConsole console, int rows)
{
    private int _height;

    /// <summary>Draws the lines in place of those that were drawn before; what does not fit the terminal's height is left out.</summary>
    public void Draw(IEnumerable<StyledLine> lines) => Write([], lines);

    /// <summary>Puts a line above the region, and draws the region anew below it.</summary>
    public void WriteAbove(StyledLine line, IEnumerable<StyledLine> lines) => Write([line], lines);

    /// <summary>Takes the region off the screen.</summary>
    public void Clear() => Write([], []);

    private void Write(IEnumerable<StyledLine> above, IEnumerable<StyledLine> lines)
    {
        var output = console.Profile.Out.Writer;
        if (_height > 0) output.Write($"\e[{_height}A\r");
        foreach (var line in above) WriteLine(output, line);
        _height = 0;
        foreach (var line in lines.Take(Math.Max(1, rows - 1)))
        {
            WriteLine(output, line);
            _height++;
        }
        output.Write("\e[J");
        output.Flush();
    }

    private void WriteLine(TextWriter output, StyledLine line)
    {
        if (line.Width > 0) console.Write(Terminal.Paint(line.Cut(console.Profile.Width - 1)));
        output.Write("\e[K\n");
    }
}
