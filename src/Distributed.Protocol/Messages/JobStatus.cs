using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Messages;

/// <summary>From a client: request a job's status. Answered by <see cref="JobStatus"/>.</summary>
internal sealed record GetJobStatus(JobId Job) : ICoordinatorMessage;

/// <summary>From a coordinator: its job's current status, as far as it knows. Small for a job of any size: lists are bounded.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">What the job is doing.</param>
/// <param name="Reason">
/// Why it waits, failed or completed, or what it does without while running, for display; null where the state says it all.
/// </param>
/// <param name="Epoch">The current epoch, from 0.</param>
/// <param name="Epochs">The maximum number of epochs.</param>
/// <param name="Step">Steps done since the job began, as block 0 last reported.</param>
/// <param name="TotalSteps">Steps of all epochs.</param>
/// <param name="Lineage">The lineage in force; 0 before the first.</param>
/// <param name="Term">The coordinator's term; 0 until it is durable.</param>
/// <param name="Rewinds">How often the job rewound because something was lost.</param>
/// <param name="StepsPerSecond">Recent speed; null while unknown.</param>
/// <param name="TrainLoss">Mean training loss of the current epoch; null before its first step.</param>
/// <param name="TrainAccuracy">Share predicted right in the current epoch; null for regression and before its first step.</param>
/// <param name="WorkerCount">Workers that the coordinator knows.</param>
/// <param name="Workers">The first <see cref="MaximumWorkers"/> of them, ordered by name.</param>
/// <param name="Blocks">All parameter blocks.</param>
/// <param name="Checkpoints">Durable checkpoints and the one in progress.</param>
public sealed record JobStatus(
    JobId Job, JobState State, string? Reason, int Epoch, int Epochs, long Step, long TotalSteps, long Lineage, long Term, int Rewinds,
    double? StepsPerSecond, double? TrainLoss, double? TrainAccuracy, int WorkerCount, IReadOnlyList<WorkerStatus> Workers,
    IReadOnlyList<BlockStatus> Blocks, CheckpointStatus Checkpoints)
{
    /// <summary>Maximum number of workers listed in a status.</summary>
    public const int MaximumWorkers = 256;
}

/// <summary>A job's state as a lower-case word.</summary>
public sealed class JobStateConverter() : JsonStringEnumConverter<JobState>(JsonNamingPolicy.CamelCase);

/// <summary>What a job is doing.</summary>
[JsonConverter(typeof(JobStateConverter))]
public enum JobState
{
    /// <summary>Not submitted.</summary>
    Unknown,

    /// <summary>Steps are computed.</summary>
    Running,

    /// <summary>It cannot continue for now; the reason says why. It resumes by itself.</summary>
    Waiting,

    /// <summary>A pause is requested: its blocks are being brought to rest at a checkpoint.</summary>
    Pausing,

    /// <summary>It rests at a durable checkpoint until it is started again.</summary>
    Paused,

    /// <summary>A cancel is requested: its blocks are being brought to rest at a checkpoint.</summary>
    Cancelling,

    /// <summary>A stop rule applied or the last epoch ended.</summary>
    Completed,

    /// <summary>It could not continue; the reason says why.</summary>
    Failed,

    /// <summary>A person cancelled it.</summary>
    Cancelled,
}

/// <summary>One worker in a <see cref="JobStatus"/>.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Weight">Its weight in the assignment; 0: it gets nothing.</param>
/// <param name="Share">Its share of every step (0 to 1).</param>
/// <param name="IsReady">It has the data and all blocks of the lineage.</param>
/// <param name="IsLate">Its shards also go to other workers, for a while.</param>
/// <param name="Refusal">Why it does not take part; null when it does.</param>
/// <param name="SamplesPerSecond">Its measured speed; null while not measured.</param>
/// <param name="Compute">From a step's weights to the last of its nodes; null while not measured.</param>
/// <param name="Wait">From there to the next step's weights; null while not measured.</param>
public sealed record WorkerStatus(
    WorkerId Worker, int Weight, double Share, bool IsReady, bool IsLate, string? Refusal, double? SamplesPerSecond,
    StepTiming? Compute = null, StepTiming? Wait = null);

/// <summary>One parameter block in a <see cref="JobStatus"/>.</summary>
/// <param name="Block">The block, from 0.</param>
/// <param name="Lineage">The lineage of its weights, as last reported; 0 for none.</param>
/// <param name="Step">The version of its weights, as last reported: at most a few seconds old while it answers; null before any.</param>
/// <param name="Node">The node (host:port) where it runs; null while unknown.</param>
/// <param name="Update">Time per step for summing and updating; null while not measured.</param>
/// <param name="Wait">Time per step waiting for gradients; null while not measured.</param>
public sealed record BlockStatus(int Block, long Lineage, long? Step, string? Node, StepTiming? Update = null, StepTiming? Wait = null);

/// <summary>A job's checkpoints in a <see cref="JobStatus"/>.</summary>
/// <param name="Kept">Steps of the kept checkpoints, ascending.</param>
/// <param name="Latest">The newest checkpoint's step; null before the first.</param>
/// <param name="Best">The step of the best epoch's checkpoint, or the previous best's while that is not durable yet; null before the first.</param>
/// <param name="SecondsSinceLatest">Time since this coordinator last committed one, or since it began to count; null before it has.</param>
/// <param name="OpenStep">The step of the current attempt; null for none.</param>
/// <param name="Copied">Blocks that have copied their state for it.</param>
/// <param name="Stored">Blocks whose state is durable for it.</param>
/// <param name="StoreTrouble">Why the store last refused a snapshot or a decision, until it accepts one again; null when it accepts them.</param>
public sealed record CheckpointStatus(
    IReadOnlyList<long> Kept, long? Latest, long? Best, double? SecondsSinceLatest, long? OpenStep, int Copied, int Stored, string? StoreTrouble);
