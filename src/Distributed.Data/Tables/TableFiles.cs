namespace Distributed.Data.Tables;

/// <summary>The files of a table: one, or all that match a pattern such as <c>data/2024-*.csv</c>.</summary>
internal static class TableFiles
{
    /// <summary>Whether a source is a pattern that matches files, and no file itself.</summary>
    public static bool Matches(string source) => IsPattern(source) && Of(source).Count > 0;

    /// <summary>The files in ordinal order.</summary>
    public static IReadOnlyList<string> Of(string source)
    {
        if (!IsPattern(source))
            return [source];
        var folder = Path.GetDirectoryName(source);
        try
        {
            return [.. Directory.GetFiles(string.IsNullOrEmpty(folder) ? "." : folder, Path.GetFileName(source)).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsPattern(string source) => Path.GetFileName(source).AsSpan().ContainsAny('*', '?') && !Path.Exists(source);
}
