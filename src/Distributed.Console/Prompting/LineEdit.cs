namespace Distributed.Console.Prompting;

/// <summary>The effect of a key on a line.</summary>
internal enum LineOutcome
{
    /// <summary>The line may look different now.</summary>
    Changed,

    /// <summary>It is ready to be carried out.</summary>
    Entered,

    /// <summary>It is thrown away (Ctrl-C).</summary>
    Dropped,

    /// <summary>No more lines come (Ctrl-D on an empty one).</summary>
    Ended,

    /// <summary>Clear the screen (Ctrl-L).</summary>
    Cleared,
}

/// <summary>
/// Edits one line: keys in, text and cursor out, without drawing. The keys are those of readline's Emacs mode that people
/// have in their fingers.
/// </summary>
/// <param name="history">Earlier lines, oldest first.</param>
/// <param name="complete">How the word before the cursor can go on.</param>
internal sealed class LineEdit(IReadOnlyList<string> history, Func<string, Completion> complete)
{
    private int _at = history.Count; // the place in the history; its end is the line being typed
    private string _draft = "";

    /// <summary>The line.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Characters left of the cursor.</summary>
    public int Cursor { get; private set; }

    /// <summary>The completions to show, when the last key asked for them and there is more than one.</summary>
    public IReadOnlyList<string> Candidates { get; private set; } = [];

    /// <summary>Takes a key; one that means nothing here changes nothing.</summary>
    public LineOutcome Press(ConsoleKeyInfo key)
    {
        Candidates = [];
        if ((key.Modifiers & ConsoleModifiers.Control) != 0) return PressControl(key.Key);
        if ((key.Modifiers & ConsoleModifiers.Alt) != 0) return PressAlt(key.Key);
        switch (key.Key)
        {
            case ConsoleKey.Enter: return LineOutcome.Entered;
            case ConsoleKey.Tab: Complete(); break;
            case ConsoleKey.Backspace: Delete(Cursor - 1, Cursor); break;
            case ConsoleKey.Delete: Delete(Cursor, Cursor + 1); break;
            case ConsoleKey.LeftArrow: MoveTo(Cursor - 1); break;
            case ConsoleKey.RightArrow: MoveTo(Cursor + 1); break;
            case ConsoleKey.Home: MoveTo(0); break;
            case ConsoleKey.End: MoveTo(Text.Length); break;
            case ConsoleKey.UpArrow: Recall(_at - 1); break;
            case ConsoleKey.DownArrow: Recall(_at + 1); break;
            case ConsoleKey.Escape: Replace(""); break;
            default:
                if (!char.IsControl(key.KeyChar)) Insert(key.KeyChar.ToString());
                break;
        }
        return LineOutcome.Changed;
    }

    private LineOutcome PressControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C: return LineOutcome.Dropped;
            case ConsoleKey.D when Text.Length == 0: return LineOutcome.Ended;
            case ConsoleKey.J or ConsoleKey.M or ConsoleKey.Enter: return LineOutcome.Entered;
            case ConsoleKey.L: return LineOutcome.Cleared;
            case ConsoleKey.I: Complete(); break;
            case ConsoleKey.A: MoveTo(0); break;
            case ConsoleKey.E: MoveTo(Text.Length); break;
            case ConsoleKey.B: MoveTo(Cursor - 1); break;
            case ConsoleKey.F: MoveTo(Cursor + 1); break;
            case ConsoleKey.P: Recall(_at - 1); break;
            case ConsoleKey.N: Recall(_at + 1); break;
            case ConsoleKey.D: Delete(Cursor, Cursor + 1); break;
            case ConsoleKey.H: Delete(Cursor - 1, Cursor); break;
            case ConsoleKey.U: Delete(0, Cursor); break;
            case ConsoleKey.K: Delete(Cursor, Text.Length); break;
            case ConsoleKey.W or ConsoleKey.Backspace: Delete(WordBefore(), Cursor); break;
            case ConsoleKey.LeftArrow: MoveTo(WordBefore()); break;
            case ConsoleKey.RightArrow: MoveTo(WordAfter()); break;
        }
        return LineOutcome.Changed;
    }

    private LineOutcome PressAlt(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.B or ConsoleKey.LeftArrow: MoveTo(WordBefore()); break;
            case ConsoleKey.F or ConsoleKey.RightArrow: MoveTo(WordAfter()); break;
            case ConsoleKey.D: Delete(Cursor, WordAfter()); break;
            case ConsoleKey.Backspace: Delete(WordBefore(), Cursor); break;
        }
        return LineOutcome.Changed;
    }

    /// <summary>Puts in what all candidates have in common; when that is nothing more, shows them.</summary>
    private void Complete()
    {
        var completion = complete(Text[..Cursor]);
        if (completion.Candidates.Count == 0) return;
        var common = completion.Candidates.Aggregate(Common);
        var single = completion.Candidates.Count == 1;
        var typed = Cursor - completion.Start;
        if (single || common.Length > typed)
        {
            Delete(completion.Start, Cursor);
            Insert(single && !common.EndsWith('/') ? common + " " : common);
        }
        else
        {
            Candidates = completion.Candidates;
        }
    }

    private static string Common(string left, string right) => left[..left.AsSpan().CommonPrefixLength(right)];

    /// <summary>Goes through the history; the line that was being typed waits at its end.</summary>
    private void Recall(int at)
    {
        if (at < 0 || at > history.Count) return;
        if (_at == history.Count) _draft = Text;
        _at = at;
        Replace(at == history.Count ? _draft : history[at]);
    }

    private void Replace(string text) => (Text, Cursor) = (text, text.Length);

    private void Insert(string text)
    {
        if (Text.Length + text.Length > CommandWords.LongestLine) return;
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    private void Delete(int from, int to)
    {
        (from, to) = (Math.Max(from, 0), Math.Min(to, Text.Length));
        if (from >= to) return;
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }

    private void MoveTo(int cursor) => Cursor = Math.Clamp(cursor, 0, Text.Length);

    private int WordBefore()
    {
        var at = Cursor;
        while (at > 0 && Text[at - 1] == ' ') at--;
        while (at > 0 && Text[at - 1] != ' ') at--;
        return at;
    }

    private int WordAfter()
    {
        var at = Cursor;
        while (at < Text.Length && Text[at] == ' ') at++;
        while (at < Text.Length && Text[at] != ' ') at++;
        return at;
    }
}
