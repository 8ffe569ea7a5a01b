using Distributed.Learning.Randomness;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Planning;

/// <summary>A run of consecutive positions or leaves.</summary>
/// <param name="First">The first one.</param>
/// <param name="Count">How many; 0 for none.</param>
public readonly record struct IndexRange(int First, int Count)
{
    /// <summary>One past the last.</summary>
    public int End => First + Count;

    /// <summary>Whether the range contains a position.</summary>
    public bool Contains(int index) => index >= First && index < End;
}

/// <summary>
/// Which samples make up which shard of which step: a pure function of the specification. Step t is the update from weights version t to t + 1; its
/// mini-batch is divided into shards whose boundaries never depend on who computes them.
/// </summary>
internal sealed class EpochPlan
{
    /// <summary>Maximum number of shards per mini-batch or validation set; bounds every per-shard list.</summary>
    public const int MaximumShards = 65_536;

    /// <summary>Maximum number of rows that a worker evaluates at a time.</summary>
    private const int EvaluationRows = 256;

    private readonly int _training;
    private readonly int _validation;
    private readonly int _batch;
    private readonly int _shard;
    private readonly int _evaluationShard;
    private readonly ulong _seed;

    /// <summary>Lays out a job.</summary>
    public EpochPlan(JobSpecification specification)
    {
        _training = specification.Data.TrainingSamples;
        _validation = specification.Data.ValidationSamples;
        _batch = specification.BatchSize;
        _shard = specification.ShardSize;
        _seed = specification.Seed;
        _evaluationShard = Math.Max(EvaluationRows, Divide(_validation, MaximumShards));
        StepsPerEpoch = Divide(_training, _batch);
        TotalSteps = (long)StepsPerEpoch * specification.Epochs;
    }

    /// <summary>Mini-batches of one epoch; the last one may not be full.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Steps of all epochs.</summary>
    public long TotalSteps { get; }

    /// <summary>The maximum number of samples in a shard of any kind.</summary>
    public int MaximumRows => Math.Max(_shard, EvaluationShardCount == 0 ? 0 : _evaluationShard);

    /// <summary>Shards of the validation set; 0 without one.</summary>
    public int EvaluationShardCount => Divide(_validation, _evaluationShard);

    /// <summary>The validation set's size in steps: how many steps have as many samples as its shards have places; 0 without one.</summary>
    public int StepsOfAnEvaluation => Divide(EvaluationShardCount * _evaluationShard, _batch);

    /// <summary>The epoch that step <paramref name="step"/> belongs to, from 0.</summary>
    public int EpochOf(long step) => (int)(step / StepsPerEpoch);

    /// <summary>Whether weights version <paramref name="version"/> is at the end of an epoch.</summary>
    public bool IsBoundary(long version) => version > 0 && version % StepsPerEpoch == 0;

    /// <summary>The weights' version at the end of an epoch.</summary>
    public long BoundaryAfter(int epoch) => (long)(epoch + 1) * StepsPerEpoch;

    /// <summary>Samples of a step's mini-batch.</summary>
    public int BatchLength(long step) => Math.Min(_batch, _training - BatchStart(step));

    /// <summary>S: shards of a step's mini-batch.</summary>
    public int ShardCount(long step) => Divide(BatchLength(step), _shard);

    /// <summary>A shard's positions in its epoch's order.</summary>
    public IndexRange Shard(long step, int shard)
    {
        var start = shard * _shard;
        return new IndexRange(BatchStart(step) + start, Math.Min(_shard, BatchLength(step) - start));
    }

    /// <summary>The order of an epoch's training samples: position to sample.</summary>
    public SampleOrder Order(int epoch) => new(_seed, epoch, _training);

    /// <summary>A validation shard's rows; validation rows keep their order.</summary>
    public IndexRange EvaluationShard(int shard)
    {
        var start = shard * _evaluationShard;
        return new IndexRange(start, Math.Min(_evaluationShard, _validation - start));
    }

    private int BatchStart(long step) => (int)(step % StepsPerEpoch) * _batch;

    private static int Divide(int amount, int by) => (int)(((long)amount + by - 1) / by);
}
