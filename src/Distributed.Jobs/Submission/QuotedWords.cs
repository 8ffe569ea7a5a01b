using System.Text;

namespace Distributed.Jobs.Submission;

/// <summary>Texts separated by commas, as in a line of CSV: one that holds a comma or a quotation mark stands in quotation marks.</summary>
internal static class QuotedWords
{
    /// <summary>The texts without surrounding blanks; empty ones too.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"') word.Append(text[++i]);
            else if (c == '"' && (isQuoted || string.IsNullOrWhiteSpace(word.ToString()))) isQuoted = !isQuoted;
            else if (c == ',' && !isQuoted)
            {
                words.Add(word.ToString().Trim());
                word.Clear();
            }
            else word.Append(c);
        }
        words.Add(word.ToString().Trim());
        return words;
    }

    /// <summary>One line that <see cref="Split"/> splits into the texts.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(',', words.Select(Quote));

    private static string Quote(string word) => word.AsSpan().ContainsAny(',', '"') ? $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : word;
}
