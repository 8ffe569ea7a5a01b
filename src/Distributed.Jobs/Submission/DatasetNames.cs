using Distributed.Data.Sets;

namespace Distributed.Jobs.Submission;

/// <summary>What uploaded data sets are called. The name of a built-in set belongs to that set alone, in any case: a submission that names it means one thing.</summary>
internal static class DatasetNames
{
    private const int Longest = 100;

    /// <summary>The name of a data set from a file's or a client's name: a path's last part, without extensions and invisible characters. Null when nothing is left.</summary>
    public static string? Of(string? given)
    {
        if (given is null) return null;
        var last = given.Split('/', '\\')[^1];
        foreach (var ending in (string[])[".gz", ".csv"])
            if (last.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) last = last[..^ending.Length];
        var name = new string([.. last.Where(c => PrintableText.IsPrintable(c) && !char.IsSurrogate(c))]).Trim();
        return name.Length == 0 ? null : name[..Math.Min(name.Length, Longest)];
    }

    /// <summary>Whether a built-in data set has the name.</summary>
    public static bool IsReserved(string name) => DataSets.BuiltInNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>A name to take instead of a reserved one: my-digits.</summary>
    public static string Instead(string name) => "my-" + name.ToLowerInvariant();
}
