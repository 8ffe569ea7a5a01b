using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.Workers;

/// <summary>Waits of a <see cref="WorkLedger"/>.</summary>
public sealed record WorkerTimes
{
    /// <summary>Missing weights are asked for after this long without any, then after twice as long, and so on up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two such questions.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// The rule of one worker in one job: once it holds all blocks' weights of a step it computes its shards, sends each block its slice of the
/// summed nodes, and keeps those nodes until it holds every block's next weights, which acknowledge them.
/// Messages and the time in, effects out.
/// </summary>
public sealed partial class WorkLedger
{
    private readonly JobId _job;
    private readonly WorkerId _worker;
    private readonly EpochPlan _plan;
    private readonly ulong _seed;
    private readonly BlockLayout _layout;
    private readonly GradientFormat _format;
    private readonly WorkerTimes _times;
    private readonly IWorkerEffects _effects;
    private readonly WeightSlots _weights;
    private readonly List<IComputedNode> _nodes = []; // of the current version's step, all sent
    private readonly List<IndexRange> _planned = []; // leaves of the current step that were handed to the compute threads
    private readonly List<IndexRange> _evaluating = []; // the same for validation leaves of the current boundary
    private readonly List<(ReductionNode Node, ShardMetrics Metrics)> _evaluated = [];
    private readonly List<IndexRange> _open = [];

    private long _term;
    private long _lineage;
    private Assignment _assignment = Assignment.None;
    private int _openThrough;
    private TimeSpan _askAt;
    private TimeSpan _askWait;

    /// <summary>A worker that is ready for a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="worker">The worker's name.</param>
    /// <param name="specification">The job's specification.</param>
    /// <param name="blocks">K.</param>
    /// <param name="times">Waits.</param>
    /// <param name="effects">The surroundings.</param>
    public WorkLedger(JobId job, WorkerId worker, JobSpecification specification, int blocks, WorkerTimes times, IWorkerEffects effects)
    {
        _job = job;
        _worker = worker;
        _plan = new EpochPlan(specification);
        _seed = specification.Seed;
        _layout = new BlockLayout(new Network(specification.Network).Layout.Count, blocks);
        _format = specification.GradientFormat;
        _times = times;
        _effects = effects;
        _weights = new WeightSlots(_layout);
        _askWait = times.AskAfter;
    }

    /// <summary>The version whose weights are complete; −1 before any.</summary>
    public long Version => _weights.Version;

    /// <summary>The lineage that the ledger works in.</summary>
    public long Lineage => _lineage;

    /// <summary>The highest term that it has heard of.</summary>
    internal long Term => _term;

    /// <summary>Nodes kept for blocks that may ask again.</summary>
    public int KeptNodes => _nodes.Count;

    /// <summary>A coordinator says who computes.</summary>
    public void OnAssign(AssignWorker message, TimeSpan now)
    {
        if (!AcceptTerm(message.Term) || !AcceptLineage(message.Lineage)) return;
        _openThrough = Math.Max(_openThrough, message.OpenThrough);
        TakeShare(message.AuditShare);
        if (message.Assignment.Number > _assignment.Number)
        {
            _assignment = message.Assignment;
            _askAt = now; // a newcomer, or one with more to do, may lack weights
        }
        _effects.ToCoordinator(new WorkerAssigned(_job, _worker, _lineage, _assignment.Number));
        Plan();
        OnTick(now);
    }

    /// <summary>A coordinator opens the next epoch.</summary>
    public void OnOpenEpoch(OpenWorkerEpoch message)
    {
        if (!AcceptTerm(message.Term) || message.Lineage != _lineage || message.OpenThrough <= _openThrough) return;
        _openThrough = message.OpenThrough;
        Plan();
    }

    /// <summary>A block's weights. Any lineage above the own one is believed: lineages only rise.</summary>
    public void OnWeights(WeightsUpdated message, TimeSpan now)
    {
        var before = Version;
        if (!AcceptLineage(message.Lineage) || message.Block < 0 || message.Block >= _layout.Count ||
            message.Values.Length != _layout[message.Block].Count || !_weights.Take(message))
        {
            message.Lease?.Dispose();
            return;
        }
        _askWait = _times.AskAfter;
        _askAt = now + _askWait;
        if (Sabotage.Makes(Bug.ReleaseNodesEarly) && message.Step > Version) ReleaseNodes();
        var advanced = _weights.TryAdvance();
        if (Version != before) CloseStep();
        if (advanced) Plan();
    }

    /// <summary>A maximal node of a run that <see cref="IWorkerEffects.Compute"/> named.</summary>
    public void OnNodeComputed(long lineage, long step, IComputedNode node)
    {
        if (lineage != _lineage || step != Version)
        {
            _effects.Release(node);
            return;
        }
        if (IsAudited(node.Node) && !Claim(node))
        {
            _effects.Release(node);
            return;
        }
        _nodes.Add(node);
        for (var block = 0; block < _layout.Count; block++) Send(node, block);
    }

    /// <summary>A maximal node of a run that <see cref="IWorkerEffects.Evaluate"/> named.</summary>
    public void OnNodeEvaluated(long lineage, int epoch, ReductionNode node, ShardMetrics metrics)
    {
        if (lineage != _lineage || !IsEvaluating || epoch != _plan.EpochOf(Version - 1)) return;
        _evaluated.Add((node, metrics));
        _effects.ToBlock(new PushEvaluation(_job, 0, _lineage, epoch, node, metrics));
    }

    /// <summary>
    /// A block misses leaves of an open step: what is kept is sent again. That it asks proves that the step's epoch is open and, when the
    /// step's weights are not here, that they can be had.
    /// </summary>
    public void OnGetMissingNodes(GetMissingNodes message, TimeSpan now)
    {
        if (message.Lineage != _lineage || message.Block < 0 || message.Block >= _layout.Count) return;
        if (message.Step == Version)
        {
            foreach (var node in _nodes)
                if (node.Node.First < message.Leaves.End && node.Node.End > message.Leaves.First) Send(node, message.Block);
            foreach (var shard in _claims.Keys)
                if (message.Leaves.Contains(shard)) SendClaim(shard, message.Block);
            _openThrough = Math.Max(_openThrough, _plan.EpochOf(message.Step));
            Plan();
        }
        else if (message.Step > Version)
        {
            _askAt = now;
            OnTick(now);
        }
    }

    /// <summary>Block 0 misses validation leaves.</summary>
    public void OnGetMissingEvaluation(GetMissingEvaluation message)
    {
        if (message.Lineage != _lineage || !IsEvaluating || message.Epoch != _plan.EpochOf(Version - 1)) return;
        foreach (var (node, metrics) in _evaluated)
            if (node.First < message.Leaves.End && node.End > message.Leaves.First)
                _effects.ToBlock(new PushEvaluation(_job, 0, _lineage, message.Epoch, node, metrics));
        Plan();
    }

    /// <summary>Time passes: whoever has work by its assignment but lacks weights asks for them.</summary>
    public void OnTick(TimeSpan now)
    {
        if (_lineage == 0 || now < _askAt || !LacksWeights()) return;
        for (var block = 0; block < _layout.Count; block++)
            if (_weights.Lacks(block)) _effects.ToBlock(new GetWeights(_job, block, _lineage, _worker));
        _askAt = now + _askWait;
        // After a long wait perhaps the job is over or rests, and the word of it was lost: the coordinator says so again.
        if (_askWait == _times.AskAtMost) _effects.ToCoordinator(new WorkerReady(_job, _worker, _lineage));
        _askWait = _askWait * 2 < _times.AskAtMost ? _askWait * 2 : _times.AskAtMost;
    }

    /// <summary>Everything is forgotten and released.</summary>
    public void Close()
    {
        ReleaseNodes();
        _weights.Clear();
        _effects.AbandonBefore(_lineage, long.MaxValue);
    }

    private void Send(IComputedNode node, int block)
    {
        var range = _layout[block];
        _effects.PushGradient(new PushGradient(
            _job, block, _lineage, Version, node.Node, node.Gradient.Slice(range.First, range.Count), node.Metrics, node.Hold())
        { Format = _format });
    }

    private bool AcceptTerm(long term)
    {
        if (term < _term && !Sabotage.Makes(Bug.ForgetTheTerm)) return false;
        _term = term;
        return true;
    }

    private bool AcceptLineage(long lineage)
    {
        if (lineage < _lineage) return Sabotage.Makes(Bug.ForgetTheLineageOfWeights);
        if (lineage == _lineage) return true;
        _lineage = lineage;
        _assignment = Assignment.None;
        _openThrough = 0;
        _askWait = _times.AskAfter;
        _weights.Clear();
        CloseStep();
        return true;
    }
}
