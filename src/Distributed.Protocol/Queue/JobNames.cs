using System.Globalization;
using System.Text;
using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Queue;

/// <summary>Names for jobs submitted without one: the data's name and the first free number.</summary>
internal static class JobNames
{
    private const int LongestStem = 40;

    /// <summary>digits-1, digits-2, …</summary>
    /// <param name="dataName">The data's name.</param>
    /// <param name="taken">Whether a name is in use.</param>
    public static JobId Next(string dataName, Func<JobId, bool> taken)
    {
        var stem = Stem(dataName);
        for (var number = 1; ; number++)
        {
            var id = new JobId($"{stem}-{number.ToString(CultureInfo.InvariantCulture)}");
            if (!taken(id)) return id;
        }
    }

    private static string Stem(string dataName)
    {
        var stem = new StringBuilder();
        foreach (var c in Path.GetFileNameWithoutExtension(dataName).ToLowerInvariant())
        {
            if (c is >= 'a' and <= 'z' or >= '0' and <= '9') stem.Append(c);
            else if (stem.Length > 0 && stem[^1] != '-') stem.Append('-');
            if (stem.Length == LongestStem) break;
        }
        var text = stem.ToString().TrimEnd('-');
        return text.Length == 0 ? "job" : text;
    }
}
