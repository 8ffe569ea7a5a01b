using Distributed.Data.Encodings;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Checks;

/// <summary>A job whose stored weights are verified.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Source">Where its samples come from.</param>
/// <param name="Steps">The steps whose weights are stored, ascending; 0 is given initial weights.</param>
/// <param name="Read">Reads a stored step; without the optimizer's state when that is not stored.</param>
internal sealed record VerificationSubject(
    JobId Job, JobSpecification Specification, DataSettings Source, IReadOnlyList<long> Steps, Func<long, Task<StoredCheckpoint>> Read)
{
    /// <summary>The kept checkpoints of a store's job.</summary>
    public static VerificationSubject Of(IJobResults jobs, JobRecord record) => new(
        record.Id, record.Specification, record.Source, record.Checkpoints,
        step => jobs.ReadCheckpointAsync(record.Id, step, CancellationToken.None));

    /// <summary>Why the job cannot be recomputed here; null when it can.</summary>
    public string? Refusal()
    {
        if (Specification.Arithmetic != ArithmeticVersion.Current)
        {
            return $"{Job} was computed with arithmetic version {Specification.Arithmetic}, this program has {ArithmeticVersion.Current}: its bits "
                + "can only be compared by the release that the job was submitted with";
        }
        if (Specification.Validate() is { } wrong) return $"{Job}: {wrong}";
        return Steps.Any(step => step > 0) ? null : $"{Job} has no checkpoint, so there are no weights to verify";
    }
}

/// <summary>What came out for one stored step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Stored">SHA-256 of the stored weights.</param>
/// <param name="Replayed">SHA-256 of the weights as computed again.</param>
/// <param name="SameState">Whether the optimizer's state is bit-equal too; null when it is not stored.</param>
/// <param name="Differing">How many parameters differ.</param>
internal sealed record CheckpointVerdict(long Step, string Stored, string Replayed, bool? SameState, int Differing)
{
    /// <summary>Whether everything that is stored is bit-equal.</summary>
    public bool IsEqual => Stored == Replayed && SameState != false;
}
