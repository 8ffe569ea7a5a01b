using System.Globalization;

namespace Distributed.Node.Configuration;

/// <summary>How many files the system lets this process open.</summary>
internal static class OpenFileLimit
{
    /// <summary>What a node needs: its libraries, its store, and connections.</summary>
    public const int Least = 1_024;

    private const string Path = "/proc/self/limits", Line = "Max open files";

    /// <summary>The limit; the largest number where the system does not tell.</summary>
    public static int Read()
    {
        try
        {
            return File.Exists(Path) ? Parse(File.ReadLines(Path)) : int.MaxValue;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return int.MaxValue;
        }
    }

    /// <summary>The limit in force of the lines of Linux.</summary>
    internal static int Parse(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
        && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files)
            ? (int)Math.Min(files, int.MaxValue)
            : int.MaxValue;
}
