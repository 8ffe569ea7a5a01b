using System.Globalization;

namespace Distributed.Data;

/// <summary>
/// Unusable data: the message names file, line, column, the error and the remedy.
/// The message is one line that a user can act on without a stack trace.
/// </summary>
public sealed class DataException : Exception
{
    /// <summary>Describes the fault.</summary>
    /// <param name="problem">The error, without the place; ends without a full stop.</param>
    /// <param name="advice">The remedy; ends without a full stop.</param>
    /// <param name="file">The file or built-in data set; null when none is meant.</param>
    /// <param name="line">The line in the file, from 1 (the header is line 1).</param>
    /// <param name="column">The column's name.</param>
    /// <param name="inner">The exception that caused it, if any.</param>
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

    /// <summary>The remedy, if there is one.</summary>
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
