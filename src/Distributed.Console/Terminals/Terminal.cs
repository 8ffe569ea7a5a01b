using Spectre.Console;

namespace Distributed.Console.Terminals;

/// <summary>Paints styled lines on a terminal. The only place that knows colours.</summary>
internal static class Terminal
{
    /// <summary>The narrowest and the widest screen that reports are laid out for.</summary>
    private const int Narrowest = 60, Widest = 120;

    /// <summary>Opens the terminal behind a writer.</summary>
    /// <param name="output">The terminal.</param>
    /// <param name="colours">False for none (NO_COLOR).</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IAnsiConsole Open(TextWriter output, bool colours, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = width;
        return console;
    }

    /// <summary>Columns that a report on this screen takes.</summary>
    public static int ReportWidth(IAnsiConsole console) => Math.Clamp(console.Profile.Width, Narrowest, Widest);

    /// <summary>A line as Spectre renders it; an empty one takes its row too.</summary>
    public static Paragraph Paint(StyledLine line)
    {
        var paragraph = new Paragraph { Overflow = Overflow.Crop };
        if (line.Width == 0) paragraph.Append(" ");
        foreach (var segment in line.Segments) paragraph.Append(segment.Text, Of(segment.Tone));
        return paragraph;
    }

    /// <summary>Prints a line.</summary>
    public static void Write(IAnsiConsole console, StyledLine line) => console.Write(new Rows(Paint(line)));

    private static Style Of(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Faint => new Style(foreground: Color.Grey),
        Tone.Good => new Style(foreground: Color.Green),
        Tone.Bad => new Style(foreground: Color.Red),
        Tone.Training => new Style(foreground: Color.Blue),
        Tone.Validation => new Style(foreground: Color.Yellow),
        _ => Style.Plain,
    };
}
