using Distributed.Jobs.Submission;

namespace Distributed.Console.Terminals;

/// <summary>The role of a piece of text: a terminal colours it, plain output does not.</summary>
internal enum Tone
{
    Normal,
    Strong,
    Faint,
    Good,
    Bad,
    Training,
    Validation,
}

/// <summary>A piece of a line in one tone.</summary>
internal readonly record struct Segment(string Text, Tone Tone = Tone.Normal);

/// <summary>One line of a report, the same for every output; without its tones it reads as well.</summary>
internal sealed class StyledLine
{
    private readonly List<Segment> _segments = [];

    /// <summary>An empty line.</summary>
    public static StyledLine Empty => new();

    /// <summary>A line in one tone.</summary>
    public static StyledLine Of(string text, Tone tone = Tone.Normal) => new StyledLine().Add(text, tone);

    /// <summary>The pieces from left to right.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>The bare text.</summary>
    public string Text => string.Concat(_segments.Select(s => s.Text));

    /// <summary>Columns that the line takes; every character of a report is one column wide.</summary>
    public int Width => _segments.Sum(s => s.Text.Length);

    /// <summary>Adds a piece at the right. Its text may come from a file or a server, and is made printable.</summary>
    public StyledLine Add(string text, Tone tone = Tone.Normal)
    {
        if (text.Length > 0) _segments.Add(new Segment(PrintableText.Of(text), tone));
        return this;
    }

    /// <summary>Adds another line at the right, from a column on.</summary>
    public StyledLine AddAt(int column, StyledLine other)
    {
        if (Width < column) Add(new string(' ', column - Width));
        _segments.AddRange(other._segments);
        return this;
    }

    /// <summary>The line's first columns.</summary>
    public StyledLine Cut(int columns)
    {
        if (Width <= columns) return this;
        var cut = new StyledLine();
        foreach (var segment in _segments)
        {
            var room = columns - cut.Width;
            if (room <= 0) break;
            cut.Add(segment.Text.Length <= room ? segment.Text : segment.Text[..room], segment.Tone);
        }
        return cut;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
