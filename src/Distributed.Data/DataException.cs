using System.Globalization;

namespace Distributed.Data;

/// <summary>
/// Data that cannot be used as it is: says which file, line and column, what is wrong there, and what would be right.
/// Its message is one line for a person; no stack trace is needed to act on it.
/// </summary>
public sealed class DataException : Exception
{
    /// <summary>Describes the fault.</summary>
    /// <param name="problem">What is wrong, without the place; ends without a full stop.</param>
    /// <param name="advice">What would be right; ends without a full stop.</param>
    /// <param name="file">The file or built-in data set; null when none is meant.</param>
    /// <param name="line">The line in the file, from 1 (the header is line 1).</param>
    /// <param name="column">The column's name.</param>
    /// <param name="inner">The cause, if another exception told of it.</param>
    public DataException(
        string problem, string? advice = null, string? file = null, long? line = null, string? column = null, Exception? inner = null)
        : base(Describe(problem, advice, file, line, column), inner)
    {
        Problem = problem;
        Advice = advice;
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file or built-in data set, if one is meant.</summary>
    public string? File { get; }

    /// <summary>The line in the file, from 1 (the header is line 1), if one is meant.</summary>
    public long? Line { get; }

    /// <summary>The column's name, if one is meant.</summary>
    public string? Column { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>What would be right, if that can be said.</summary>
    public string? Advice { get; }

    private static string Describe(string problem, string? advice, string? file, long? line, string? column)
    {
        var place = string.Join(", ", new[]
        {
            file,
            line is null ? null : "line " + line.Value.ToString(CultureInfo.InvariantCulture),
            column is null ? null : $"column \"{column}\"",
        }.Where(part => part is not null));
        return (place.Length == 0 ? "" : place + ": ") + problem + (advice is null ? "" : "; " + advice);
    }
}
