using System.Text;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Prompting;

/// <summary>Splits a typed line into words, as a shell does.</summary>
internal static class CommandWords
{
    /// <summary>The longest line.</summary>
    public const int LongestLine = 4096;

    /// <summary>The words, separated by blanks: "…" and '…' keep blanks inside, a word that begins with # ends the line. A first word <c>dtrain</c> is left out.</summary>
    /// <exception cref="UsageException">A quotation mark is not closed, or the line is too long.</exception>
    public static List<string> Split(string line)
    {
        if (line.Length > LongestLine) throw new UsageException($"the line has {line.Length} characters, the limit is {LongestLine}");
        var words = new List<string>();
        var word = new StringBuilder();
        var (isWord, quote) = (false, '\0');
        foreach (var c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                (isWord, quote) = (true, c);
            }
            else if (char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
            else if (c == '#' && !isWord)
            {
                break;
            }
            else
            {
                isWord = true;
                word.Append(c);
            }
        }
        if (quote != '\0') throw new UsageException($"the quotation mark {quote} is not closed");
        if (isWord) words.Add(word.ToString());
        return words is ["dtrain", .. var rest] ? rest : words;
    }
}
