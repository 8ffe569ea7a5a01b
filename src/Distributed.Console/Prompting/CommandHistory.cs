using Distributed.Transport.Files;

namespace Distributed.Console.Prompting;

/// <summary>
/// The lines of earlier prompts, kept in a file that only its user may read. A file that cannot be read or written is no reason not to work:
/// then there is a history of this prompt alone.
/// </summary>
internal sealed class CommandHistory
{
    /// <summary>Lines that are kept; the file is cut when it has twice as many.</summary>
    public const int Most = 1000;

    private readonly string? _file;
    private readonly List<string> _lines = [];

    /// <param name="file">Where it is kept; null for nowhere.</param>
    public CommandHistory(string? file)
    {
        _file = file;
        if (file is null || !File.Exists(file)) return;
        try
        {
            var all = File.ReadAllLines(file);
            _lines.AddRange(all.TakeLast(Most).Where(line => line.Length is > 0 and <= CommandWords.LongestLine));
            if (all.Length > 2 * Most) File.WriteAllLines(file, _lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file = null;
        }
    }

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Keeps a line unless it is empty, repeats the last one or begins with a blank.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || line[0] == ' ' || (_lines is [.., var last] && last == line)) return;
        _lines.Add(line);
        if (_lines.Count > Most) _lines.RemoveAt(0);
        if (_file is null) return;
        try
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(_file)!);
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(_file, options);
            writer.Write(line + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // This prompt still has it.
        }
    }
}
