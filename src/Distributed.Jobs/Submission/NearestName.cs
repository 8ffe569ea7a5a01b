namespace Distributed.Jobs.Submission;

/// <summary>Finds the name that a user probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate nearest to a word, or null when none is near enough.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        var wanted = Bare(word);
        if (wanted.Length == 0) return null;
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var name = Bare(candidate);
            // A name that the word begins is meant more often than one that is a few letters off.
            var distance = name.StartsWith(wanted, StringComparison.Ordinal) ? Math.Min(1, name.Length - wanted.Length) : Distance(wanted, name);
            var farthest = Math.Max(1, Math.Min(wanted.Length, name.Length) / 2);
            if (distance > farthest || distance >= least) continue;
            (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>"; did you mean 'x'?" or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        Of(word, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static string Bare(string word) => word.TrimStart('-').Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours cost one each.</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
