using System.CommandLine;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Prompting;

/// <summary>Completions of a line's last word.</summary>
/// <param name="Start">Where the word begins.</param>
/// <param name="Candidates">Whole words in order, at most <see cref="CommandCompletion.Most"/>.</param>
internal readonly record struct Completion(int Start, IReadOnlyList<string> Candidates);

/// <summary>Completes commands, options and files from the command tree, without a server.</summary>
internal static class CommandCompletion
{
    /// <summary>More candidates serve no reader.</summary>
    public const int Most = 200;

    /// <summary>The candidates.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="text">The line up to the cursor.</param>
    public static Completion Of(RootCommand root, string text)
    {
        var start = StartOfWord(text);
        var word = text[start..];
        if (Before(text[..start]) is not { } before) return new Completion(start, []);
        Command command = root;
        string? previous = null;
        foreach (var given in before)
        {
            if (command.Subcommands.FirstOrDefault(c => !c.Hidden && c.Name == given) is { } child) command = child;
            previous = given;
        }
        if (word.StartsWith('-'))
            return Among(start, word, command.Options.Where(o => !o.Hidden).Select(o => o.Name).Append("--help"));
        if (previous is not null && command.Options.FirstOrDefault(o => o.Name == previous || o.Aliases.Contains(previous)) is { } option && TakesValue(option))
            return Files(start, word);
        if (command.Subcommands.Count > 0)
            return Among(start, word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).Concat(command is RootCommand ? ["help", "exit"] : []));
        return Files(start, word);
    }

    private static List<string>? Before(string text)
    {
        try
        {
            return CommandWords.Split(text);
        }
        catch (UsageException)
        {
            return null; // within an unfinished quotation
        }
    }

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    /// <summary>The last word begins behind the last blank that is not inside quotation marks.</summary>
    private static int StartOfWord(string text)
    {
        var (start, quote) = (0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            if (quote != '\0') quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '"' or '\'') quote = text[i];
            else if (char.IsWhiteSpace(text[i])) start = i + 1;
        }
        return start;
    }

    private static Completion Among(int start, string word, IEnumerable<string> words) =>
        new(start, [.. words.Distinct().Where(w => w.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);

    /// <summary>Files and folders that begin with the word; a name with blanks is quoted.</summary>
    private static Completion Files(int start, string word)
    {
        var path = word.Trim('"', '\'');
        var slash = path.LastIndexOf('/') + 1;
        var (folder, name) = (path[..slash], path[slash..]);
        try
        {
            var found = new DirectoryInfo(folder.Length == 0 ? "." : folder).EnumerateFileSystemInfos(name + "*")
                .Where(entry => entry.Name.StartsWith(name, StringComparison.Ordinal) && (name.Length > 0 || !entry.Name.StartsWith('.')))
                .Take(Most).Select(entry => Quoted(folder + entry.Name + (entry is DirectoryInfo ? "/" : "")));
            return new Completion(start, [.. found.Order(StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Completion(start, []);
        }
    }

    private static string Quoted(string path) => path.Any(char.IsWhiteSpace) || path.Contains('#', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
