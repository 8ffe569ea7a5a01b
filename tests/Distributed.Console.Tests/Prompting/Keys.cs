namespace Distributed.Console.Tests.Prompting;

/// <summary>Keys as a terminal's driver gives them.</summary>
internal static class Keys
{
    public static ConsoleKeyInfo Enter { get; } = new('\r', ConsoleKey.Enter, false, false, false);

    public static ConsoleKeyInfo Tab { get; } = new('\t', ConsoleKey.Tab, false, false, false);

    public static ConsoleKeyInfo Backspace { get; } = new('\b', ConsoleKey.Backspace, false, false, false);

    public static ConsoleKeyInfo Up { get; } = Of(ConsoleKey.UpArrow);

    public static ConsoleKeyInfo Down { get; } = Of(ConsoleKey.DownArrow);

    public static ConsoleKeyInfo Left { get; } = Of(ConsoleKey.LeftArrow);

    public static ConsoleKeyInfo Of(ConsoleKey key) => new('\0', key, false, false, false);

    public static ConsoleKeyInfo Control(ConsoleKey key) => new((char)(key - ConsoleKey.A + 1), key, false, false, true);

    public static ConsoleKeyInfo Alt(ConsoleKey key) => new('\0', key, false, true, false);

    /// <summary>A text, typed; a line's end is the enter key, a tab the tabulator.</summary>
    public static IEnumerable<ConsoleKeyInfo> Typed(string text) => text.Select(c => c switch
    {
        '\n' => Enter,
        '\t' => Tab,
        _ => new ConsoleKeyInfo(c, char.IsAsciiLetter(c) ? (ConsoleKey)char.ToUpperInvariant(c) : 0, char.IsUpper(c), false, false),
    });

    /// <summary>A keyboard on which these keys are pressed in turn; afterwards Ctrl-D, for ever.</summary>
    public static Func<ConsoleKeyInfo> Keyboard(params IEnumerable<ConsoleKeyInfo>[] keys)
    {
        var queue = new Queue<ConsoleKeyInfo>(keys.SelectMany(k => k));
        return () => queue.Count > 0 ? queue.Dequeue() : Control(ConsoleKey.D);
    }
}
