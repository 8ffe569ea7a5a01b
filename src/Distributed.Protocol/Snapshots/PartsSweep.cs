using System.Globalization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Snapshots;

/// <summary>
/// Which stored parts of a job belong to nothing: no kept checkpoint names them, and no attempt under way can. Where a part is stored follows
/// from its job, lineage, first parameter and attempt; its sequence number is the step.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="lineage">The lineage in force: parts of earlier ones that nobody names belong to nothing, those of later ones are another's.</param>
/// <param name="step">The newest checkpoint's step: attempts under way are later.</param>
/// <param name="kept">Checkpoints whose parts are needed.</param>
public sealed class PartsSweep(JobId job, long lineage, long step, IEnumerable<Checkpoint> kept)
{
    private readonly HashSet<string> _kept = [.. kept.SelectMany(checkpoint => checkpoint.Parts).Select(part => part.PersistenceId)];

    /// <summary>What the names of all parts of the job begin with; those of other jobs may too.</summary>
    public string Prefix { get; } = PrefixOf(job);

    /// <summary>Where a part is stored: each attempt to store has an identity of its own.</summary>
    public static string PersistenceIdOf(JobId job, long lineage, int start, long attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(job)}{lineage}-{start}-{attempt}");

    /// <summary>Whether a stored part belongs to nothing. Weights that were given (lineage 0) and other jobs' parts never do.</summary>
    /// <param name="persistenceId">Where it is stored.</param>
    /// <param name="sequenceNumber">Its step.</param>
    public bool IsOrphan(string persistenceId, long sequenceNumber)
    {
        if (!persistenceId.StartsWith(Prefix, StringComparison.Ordinal) || _kept.Contains(persistenceId)) return false;
        var fields = persistenceId[Prefix.Length..].Split('-'); // three of this job's, more of one whose name begins with this one's
        if (fields.Length != 3 || !Array.TrueForAll(fields, field => field.Length > 0 && field.All(char.IsAsciiDigit))) return false;
        var writtenIn = long.Parse(fields[0], CultureInfo.InvariantCulture);
        return writtenIn > 0 && (writtenIn < lineage || (writtenIn == lineage && sequenceNumber < step));
    }

    private static string PrefixOf(JobId job) => $"snapshot-{job}-";
}
