using Distributed.Jobs.Submission;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Training;

/// <summary>What may change from run to run of one job: none of it reaches a weight. A property that is null has its default.</summary>
public abstract record TrainingRunSettings
{
    /// <summary>
    /// The SQLite file of the job's journal and checkpoints, with which an interrupted training is resumed; made when missing. Rows in memory are
    /// copied into the folder <c>FILE.rows</c> beside it. Null: a private store that is deleted when the training ends (in a host: the host's store).
    /// </summary>
    public string? Store { get; init; }

    /// <summary>Worker actors of this process, 1 to 256. Trainings that share a store share those of the one that opened it. Default: 2, or 1 on one processor.</summary>
    public int? Workers { get; init; }

    /// <summary>The workers that the job waits for. Default: 1.</summary>
    public int? MinWorkers { get; init; }

    /// <summary>Parameter blocks, 1 to 256. Default: 1.</summary>
    public int? Blocks { get; init; }

    /// <summary>Compute threads of all workers; trainings that share a store share them as they share <see cref="Workers"/>. Default: the processors.</summary>
    public int? Threads { get; init; }

    /// <summary>How often a checkpoint is saved. Default: every 10 s.</summary>
    public SnapshotRule? SnapshotEvery { get; init; }

    /// <summary>The share of shards that a second worker computes too, 0 to 1; one that errs is excluded. Default: 0.</summary>
    public double? AuditShare { get; init; }

    /// <summary>True: a classifier's probabilities are calibrated on the validation samples; no weight changes. Default: false.</summary>
    public bool? Calibrate { get; init; }

    /// <summary>
    /// When it is signalled, the training ends on the weights that it has, with a result that holds the best ones
    /// (<see cref="StopReason.Cancelled"/>); it cannot be resumed then. To interrupt a training that is resumed later, cancel the call itself.
    /// </summary>
    public CancellationToken StopEarly { get; init; }

    /// <summary>The values, each checked.</summary>
    /// <exception cref="SettingException">One is wrong.</exception>
    internal virtual GivenSettings Give()
    {
        var given = new GivenSettings();
        given.Give(Settings.Store, Store);
        given.Give(Settings.Workers, Workers);
        given.Give(Settings.MinWorkers, MinWorkers);
        given.Give(Settings.Blocks, Blocks);
        given.Give(Settings.Threads, Threads);
        given.Give(Settings.SnapshotEvery, SnapshotEvery);
        given.Give(Settings.AuditShare, AuditShare);
        given.Give(Settings.Calibrate, Calibrate);
        return given;
    }
}

/// <summary>Which job of a store to go on with, and how.</summary>
public sealed record ResumeSettings : TrainingRunSettings
{
    /// <summary>The job's name. Null: the newest unfinished job of the store.</summary>
    public string? Job { get; init; }
}
