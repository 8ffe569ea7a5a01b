using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Messages;

/// <summary>From a client: how is this job? Answered by <see cref="JobStatus"/>.</summary>
public sealed record GetJobStatus(JobId Job) : ICoordinatorMessage;

/// <summary>From a coordinator: how its job is at this moment, as far as it knows. Small, whatever the job's size: lists are cut at their bounds.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">What it does.</param>
/// <param name="Reason">Why it waits, failed or completed, or what it does without while it runs, for people; null where the state says all.</param>
/// <param name="Epoch">The epoch under way, from 0.</param>
/// <param name="Epochs">The most epochs that it runs.</param>
/// <param name="Step">Steps done since the job's beginning, as block 0 last said.</param>
/// <param name="TotalSteps">Steps of all epochs.</param>
/// <param name="Lineage">The lineage in force; 0 before the first.</param>
/// <param name="Term">The coordinator's term; 0 until it is durable.</param>
/// <param name="Rewinds">How often the job went back to a checkpoint because something was lost.</param>
/// <param name="StepsPerSecond">Speed of the last moments; null while unknown.</param>
/// <param name="TrainLoss">Mean training loss of the epoch under way; null before its first step.</param>
/// <param name="TrainAccuracy">Share predicted right in the epoch under way; null for regression and before its first step.</param>
/// <param name="WorkerCount">Workers that the coordinator knows.</param>
/// <param name="Workers">The first <see cref="MaximumWorkers"/> of them, in the order of their names.</param>
/// <param name="Blocks">All parameter blocks.</param>
/// <param name="Checkpoints">What is durable, and what is on its way there.</param>
public sealed record JobStatus(
    JobId Job, JobState State, string? Reason, int Epoch, int Epochs, long Step, long TotalSteps, long Lineage, long Term, int Rewinds,
    double? StepsPerSecond, double? TrainLoss, double? TrainAccuracy, int WorkerCount, IReadOnlyList<WorkerStatus> Workers,
    IReadOnlyList<BlockStatus> Blocks, CheckpointStatus Checkpoints)
{
    /// <summary>Workers that a status lists at the most.</summary>
    public const int MaximumWorkers = 256;
}

/// <summary>What a job does, as a word in lower case.</summary>
public sealed class JobStateConverter() : JsonStringEnumConverter<JobState>(JsonNamingPolicy.CamelCase);

/// <summary>What a job does.</summary>
[JsonConverter(typeof(JobStateConverter))]
public enum JobState
{
    /// <summary>Nobody submitted it.</summary>
    Unknown,

    /// <summary>Steps are computed.</summary>
    Running,

    /// <summary>It cannot go on for now; the reason says why. It goes on by itself.</summary>
    Waiting,

    /// <summary>A pause is wanted: its blocks are brought to rest at a checkpoint.</summary>
    Pausing,

    /// <summary>It rests at a durable checkpoint until it is started again.</summary>
    Paused,

    /// <summary>Its end is wanted: its blocks are brought to rest at a checkpoint.</summary>
    Cancelling,

    /// <summary>It ended by a stop rule or after its last epoch.</summary>
    Completed,

    /// <summary>It ended because it could not go on; the reason says why.</summary>
    Failed,

    /// <summary>A person ended it.</summary>
    Cancelled,
}

/// <summary>One worker in a <see cref="JobStatus"/>.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Weight">Its weight in the assignment; 0: it is given nothing.</param>
/// <param name="Share">Its share of every step (0 to 1).</param>
/// <param name="IsReady">It has the data and all blocks of the lineage.</param>
/// <param name="IsLate">Its shards went to others too, for a while.</param>
/// <param name="Refusal">Why it does not take part; null when it does.</param>
/// <param name="SamplesPerSecond">Its measured speed; null while it was not measured.</param>
/// <param name="Compute">From a step's weights to the last of its nodes; null while it was not measured.</param>
/// <param name="Wait">From there to the next step's weights; null while it was not measured.</param>
public sealed record WorkerStatus(
    WorkerId Worker, int Weight, double Share, bool IsReady, bool IsLate, string? Refusal, double? SamplesPerSecond,
    StepTiming? Compute = null, StepTiming? Wait = null);

/// <summary>One parameter block in a <see cref="JobStatus"/>.</summary>
/// <param name="Block">The block, from 0.</param>
/// <param name="Lineage">The lineage of its weights, as it last said; 0 for none.</param>
/// <param name="Step">The version of its weights, as it last said: a few seconds old at the most while it answers; null before any.</param>
/// <param name="Node">The node (host:port) where it runs; null while unknown.</param>
/// <param name="Update">What summing up and updating takes in a step; null while it was not measured.</param>
/// <param name="Wait">What waiting for gradients takes in a step; null while it was not measured.</param>
public sealed record BlockStatus(int Block, long Lineage, long? Step, string? Node, StepTiming? Update = null, StepTiming? Wait = null);

/// <summary>A job's checkpoints in a <see cref="JobStatus"/>.</summary>
/// <param name="Kept">Steps of the kept checkpoints, ascending.</param>
/// <param name="Latest">The newest one's step; null before the first.</param>
/// <param name="Best">The step of the best epoch's checkpoint, of the best one's before it while that is not durable yet; null before the first.</param>
/// <param name="SecondsSinceLatest">Time since this coordinator committed one, or since it began to count; null before it has.</param>
/// <param name="OpenStep">The step of the attempt under way; null for none.</param>
/// <param name="Copied">Blocks that have copied their state for it.</param>
/// <param name="Stored">Blocks whose state is durable for it.</param>
/// <param name="StoreTrouble">Why the store last refused a snapshot or a decision, until it takes one again; null when it takes them.</param>
public sealed record CheckpointStatus(
    IReadOnlyList<long> Kept, long? Latest, long? Best, double? SecondsSinceLatest, long? OpenStep, int Copied, int Stored, string? StoreTrouble);
