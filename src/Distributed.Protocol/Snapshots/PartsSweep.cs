using System.Globalization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Snapshots;

/// <summary>
/// Identifies orphaned parts of a job: those that no kept checkpoint names and no current attempt can still use. A part's location follows from its
/// job, lineage, first parameter and attempt; its sequence number is the step.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="lineage">
/// The lineage in force: unreferenced parts of earlier ones are orphans; those of later ones belong to another coordinator.
/// </param>
/// <param name="step">The newest checkpoint's step: current attempts are later.</param>
/// <param name="kept">Checkpoints whose parts are needed.</param>
internal sealed class PartsSweep(JobId job, long lineage, long step, IEnumerable<Checkpoint> kept)
{
    private readonly HashSet<string> _kept = [.. kept.SelectMany(checkpoint => checkpoint.Parts).Select(part => part.PersistenceId)];

    /// <summary>The common prefix of the names of all the job's parts; other jobs' parts may share it.</summary>
    public string Prefix { get; } = PrefixOf(job);

    /// <summary>Where a part is stored: each attempt uses an identity of its own.</summary>
    public static string PersistenceIdOf(JobId job, long lineage, int start, long attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(job)}{lineage}-{start}-{attempt}");

    /// <summary>Whether a stored part is an orphan. Given weights (lineage 0) and other jobs' parts never are.</summary>
    /// <param name="persistenceId">Where it is stored.</param>
    /// <param name="sequenceNumber">Its step.</param>
    public bool IsOrphan(string persistenceId, long sequenceNumber)
    {
        if (!persistenceId.StartsWith(Prefix, StringComparison.Ordinal) || _kept.Contains(persistenceId)) return false;
        var fields = persistenceId[Prefix.Length..].Split('-'); // three for this job's, more for a job whose name begins with this one's
        if (fields.Length != 3 || !Array.TrueForAll(fields, field => field.Length > 0 && field.All(char.IsAsciiDigit))) return false;
        var writtenIn = long.Parse(fields[0], CultureInfo.InvariantCulture);
        return writtenIn > 0 && (writtenIn < lineage || (writtenIn == lineage && sequenceNumber < step));
    }

    private static string PrefixOf(JobId job) => $"snapshot-{job}-";
}
