namespace Distributed.Console.Prompting;

/// <summary>
/// Reads lines from a keyboard and draws them while they are typed. Three control sequences are used: cursor right, clear to the line's end,
/// clear the screen. A line that is longer than the screen is wide slides under the prompt.
/// </summary>
/// <param name="output">The screen.</param>
/// <param name="width">Its columns now.</param>
/// <param name="readKey">The next key.</param>
/// <param name="history">Earlier lines.</param>
/// <param name="complete">Completes a word.</param>
internal sealed class LineEditor(TextWriter output, Func<int> width, Func<ConsoleKeyInfo> readKey, CommandHistory history, Func<string, Completion> complete)
{
    private const int Narrowest = 10;

    /// <summary>The next line; empty when it was thrown away, null when no more come.</summary>
    public string? Read(string prompt)
    {
        var edit = new LineEdit(history.Lines, complete);
        while (true)
        {
            Draw(prompt, edit);
            switch (edit.Press(readKey()))
            {
                case LineOutcome.Entered:
                    Draw(prompt, edit);
                    output.Write("\r\n");
                    history.Add(edit.Text);
                    return edit.Text;
                case LineOutcome.Dropped:
                    output.Write("^C\r\n");
                    return "";
                case LineOutcome.Ended:
                    output.Write("\r\n");
                    return null;
                case LineOutcome.Cleared:
                    output.Write("\e[H\e[2J");
                    break;
                default:
                    if (edit.Candidates.Count > 0) Show(edit.Candidates);
                    break;
            }
        }
    }

    private void Draw(string prompt, LineEdit edit)
    {
        var room = Math.Max(Narrowest, width() - prompt.Length - 1);
        var from = Math.Max(0, edit.Cursor - room);
        var shown = edit.Text.Substring(from, Math.Min(room, edit.Text.Length - from));
        output.Write($"\r{prompt}{shown}\e[K\r\e[{prompt.Length + edit.Cursor - from}C");
        output.Flush();
    }

    /// <summary>The candidates in columns below the line, which is drawn again under them.</summary>
    private void Show(IReadOnlyList<string> candidates)
    {
        var column = candidates.Max(c => c.Length) + 2;
        var columns = Math.Max(1, width() / column);
        output.Write("\r\n");
        foreach (var row in candidates.Chunk(columns)) output.Write(string.Concat(row.Select(c => c.PadRight(column))).TrimEnd() + "\r\n");
    }
}
