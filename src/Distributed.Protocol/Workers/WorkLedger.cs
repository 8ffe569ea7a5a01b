using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Workers;

/// <summary>
/// The rule of one worker in one job: once it holds all blocks' weights of a step, it computes its shards, sends each block its slice of the summed
/// nodes, and keeps those nodes until every block's next weights acknowledge them. Messages and time in, effects out.
/// </summary>
internal sealed class WorkLedger
{
    private readonly JobId _job;
    private readonly WorkerId[] _from; // this worker
    private readonly GradientFormat _format;
    private readonly EpochPlan _plan;
    private readonly BlockLayout _layout;
    private readonly IWorkerEffects _effects;
    private readonly WeightSlots _weights;
    private readonly VersionWork _work;
    private readonly WorkerAudits _audits;
    private readonly AskTimer _ask;
    private WorkerLineage _lineage = new(0);

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
        _from = [worker];
        _format = specification.GradientFormat;
        _plan = new EpochPlan(specification);
        _layout = new BlockLayout(new Network(specification.Network).Layout.Count, blocks);
        _effects = effects;
        _weights = new WeightSlots(_layout);
        _work = new VersionWork(effects);
        _audits = new WorkerAudits(job, worker, specification.Seed, _layout, effects);
        _ask = new AskTimer(times);
    }

    /// <summary>The version whose weights are complete; −1 before any.</summary>
    public long Version => _weights.Version;

    /// <summary>The lineage the ledger works in.</summary>
    public long Lineage => _lineage.Number;

    /// <summary>The highest term it has seen.</summary>
    internal long Term { get; private set; }

    /// <summary>Number of nodes kept for blocks that may request them again.</summary>
    public int KeptNodes => _work.Nodes.Count;

    private WorkerId Worker => _from[0];

    private bool IsTraining => Version >= 0 && Version < _plan.TotalSteps && _plan.EpochOf(Version) <= _lineage.OpenThrough;

    private bool IsEvaluating => !IsTraining && _plan.IsBoundary(Version) && _plan.EvaluationShardCount > 0;

    /// <summary>A coordinator sends the assignment.</summary>
    public void OnAssign(AssignWorker message, TimeSpan now)
    {
        if (!AcceptTerm(message.Term) || !AcceptLineage(message.Lineage)) return;
        _lineage.TryOpen(message.OpenThrough);
        _audits.SetShare(message.AuditShare);
        if (_lineage.TryAssign(message.Assignment)) _ask.AskFrom(now); // a new worker, or one with more work, may lack weights
        _effects.ToCoordinator(new WorkerAssigned(_job, Worker, Lineage, _lineage.Assignment.Number));
        Plan();
        OnTick(now);
    }

    /// <summary>A coordinator opens the next epoch.</summary>
    public void OnOpenEpoch(OpenWorkerEpoch message)
    {
        if (AcceptTerm(message.Term) && message.Lineage == Lineage && _lineage.TryOpen(message.OpenThrough)) Plan();
    }

    /// <summary>A block's weights. Any lineage above the current one is accepted: lineages only rise.</summary>
    public void OnWeights(WeightsUpdated message, TimeSpan now)
    {
        var before = Version;
        if (!AcceptLineage(message.Lineage) || !IsBlock(message.Block) || message.Values.Length != _layout[message.Block].Count || !_weights.Take(message))
        {
            message.Lease?.Dispose();
            return;
        }
        _ask.Restart(now);
        var advanced = _weights.TryAdvance();
        if (Version != before) CloseVersion();
        if (advanced) Plan();
    }

    /// <summary>A stride that <see cref="IWorkerEffects.TryStride"/> began has ended, and the blocks have their memory back.</summary>
    /// <param name="lineage">Its lineage.</param>
    /// <param name="from">The version it began from.</param>
    /// <param name="step">The version it ended at, which the blocks push.</param>
    /// <param name="now">The time.</param>
    public void OnStrideEnded(long lineage, long from, long step, TimeSpan now)
    {
        if (lineage != Lineage || from != Version) return;
        _ask.Restart(now);
        if (step > from) _work.EndStride();
        else
        {
            _work.Close();
            Plan();
        }
    }

    /// <summary>A maximal node of a run that <see cref="IWorkerEffects.Compute"/> named.</summary>
    public void OnNodeComputed(long lineage, long step, IComputedNode node)
    {
        if (lineage != Lineage || step != Version || (_audits.IsAudited(Version, node.Node) && !Claim(node)))
        {
            _effects.Release(node);
            return;
        }
        _work.Keep(node);
        for (var block = 0; block < _layout.Count; block++) Send(node, block);
    }

    /// <summary>A maximal node of a run that <see cref="IWorkerEffects.Evaluate"/> named.</summary>
    public void OnNodeEvaluated(long lineage, int epoch, ReductionNode node, ShardMetrics metrics)
    {
        if (lineage != Lineage || !IsEvaluating || epoch != _plan.EpochOf(Version - 1)) return;
        _work.Keep(node, metrics);
        _effects.ToBlock(new PushEvaluation(_job, 0, Lineage, epoch, node, metrics));
    }

    /// <summary>
    /// A block lacks leaves of an open step: resends what is kept. The request proves that the step's epoch is open and, if the step's weights are
    /// missing here, that they are available.
    /// </summary>
    public void OnGetMissingNodes(GetMissingNodes message, TimeSpan now)
    {
        if (message.Lineage != Lineage || !IsBlock(message.Block)) return;
        if (message.Step == Version)
        {
            foreach (var node in _work.Nodes)
                if (Overlap(node.Node, message.Leaves)) Send(node, message.Block);
            _audits.Repeat(message.Leaves, message.Block);
            _lineage.TryOpen(_plan.EpochOf(message.Step));
            Plan();
        }
        else if (message.Step > Version) AskAtOnce(now);
    }

    /// <summary>Block 0 lacks validation leaves.</summary>
    public void OnGetMissingEvaluation(GetMissingEvaluation message)
    {
        if (message.Lineage != Lineage || !IsEvaluating || message.Epoch != _plan.EpochOf(Version - 1)) return;
        foreach (var (node, metrics) in _work.Evaluated)
            if (Overlap(node, message.Leaves)) _effects.ToBlock(new PushEvaluation(_job, 0, Lineage, message.Epoch, node, metrics));
        Plan();
    }

    /// <summary>A coordinator requests another claim for a shard of an open step.</summary>
    public void OnAuditShard(AuditShard message, TimeSpan now)
    {
        if (!AcceptTerm(message.Term) || message.Lineage != Lineage) return;
        if (message.Step > Version)
        {
            AskAtOnce(now);
            return;
        }
        if (message.Step != Version || Version >= _plan.TotalSteps) return;
        _lineage.TryOpen(_plan.EpochOf(message.Step)); // the step was computed elsewhere, so its epoch is open
        Plan();
        if (!_audits.IsAudited(Version, new ReductionNode(message.Shard, 1))) return;
        if (_audits.HasClaimed(message.Shard)) _audits.Repeat(message.Shard);
        else Audit(message.Shard);
    }

    /// <summary>Advances time: a worker that has assigned work but lacks weights requests them.</summary>
    public void OnTick(TimeSpan now)
    {
        if (Lineage == 0 || !_ask.IsDue(now) || !LacksWeights()) return;
        for (var block = 0; block < _layout.Count; block++)
            if (_weights.Lacks(block)) _effects.ToBlock(new GetWeights(_job, block, Lineage, Worker));
        // After a long wait the job may be over or resting, and that message lost: this makes the coordinator resend it.
        if (_ask.IsLongest) _effects.ToCoordinator(new WorkerReady(_job, Worker, Lineage));
        _ask.NoteAsked(now);
    }

    /// <summary>Forgets and releases everything.</summary>
    public void Close()
    {
        _work.Close();
        _weights.Clear();
        _effects.AbandonBefore(Lineage, long.MaxValue);
    }

    /// <summary>Hands out this worker's assigned leaves that are not in progress.</summary>
    private void Plan()
    {
        if (IsTraining)
        {
            var leaves = _plan.ShardCount(Version);
            if (TryStride(leaves)) return;
            _audits.Begin(Lineage, Version, leaves);
            foreach (var open in _work.Plan(_lineage.Assignment.RunOf(Worker, leaves)))
                foreach (var run in _audits.Split(open)) _effects.Compute(Lineage, Version, run, _weights.View);
            if (_audits.HasShards)
                foreach (var shard in _audits.SecondsOf(_lineage.Assignment, leaves)) Audit(shard);
        }
        else if (IsEvaluating)
        {
            foreach (var run in _work.PlanEvaluation(_lineage.Assignment.RunOf(Worker, _plan.EvaluationShardCount)))
                _effects.Evaluate(Lineage, _plan.EpochOf(Version - 1), run, _weights.View);
        }
    }

    /// <summary>Begins a stride when all blocks offer one, this worker has all shards, and none was handed out.</summary>
    private bool TryStride(int leaves)
    {
        if (_work.HasPlanned || _lineage.Assignment.RunOf(Worker, leaves).Count < leaves || _weights.TakeOffers() is not { } offers) return false;
        if (!_effects.TryStride(Lineage, offers)) return false;
        _work.BeginStride(leaves);
        return true;
    }

    /// <summary>Computes another worker's shard, to claim its result.</summary>
    private void Audit(int shard)
    {
        if (!_work.IsPlanned(shard) && _audits.TryBegin(shard)) _effects.Compute(Lineage, Version, new IndexRange(shard, 1), _weights.View);
    }

    /// <summary>
    /// Claims an audited shard. Returns whether to send its gradient: the shard is this worker's, and its gradient was not sent before.
    /// </summary>
    private bool Claim(IComputedNode node)
    {
        _audits.Claim(node);
        return _work.IsPlanned(node.Node.First) && !_work.Has(node.Node);
    }

    private void Send(IComputedNode node, int block)
    {
        var range = _layout[block];
        _effects.PushGradient(new PushGradient(
            _job, block, Lineage, Version, node.Node, node.Gradient.Slice(range.First, range.Count), node.Metrics, node.Hold())
        { Format = _format, From = _from });
    }

    /// <summary>A block or a coordinator proves that weights are available.</summary>
    private void AskAtOnce(TimeSpan now)
    {
        _ask.AskFrom(now);
        OnTick(now);
    }

    /// <summary>
    /// Whether weights are overdue: none are complete, some of the next version are present, or all work on this one was done long ago and none
    /// arrived. A worker without shards waits silently.
    /// </summary>
    private bool LacksWeights()
    {
        if (!_lineage.Assignment.Lists(Worker)) return false;
        if (Version < 0 || _weights.HasPartialNext) return true;
        return IsTraining && (KeptNodes > 0 || !_work.HasPlanned || _work.HasStridden);
    }

    /// <summary>Closes the work on the previous version or lineage.</summary>
    private void CloseVersion()
    {
        _work.Close();
        _audits.Close();
        _effects.AbandonBefore(Lineage, _weights.Floor);
    }

    private bool AcceptTerm(long term)
    {
        if (term < Term) return false;
        Term = term;
        return true;
    }

    private bool AcceptLineage(long lineage)
    {
        if (lineage <= Lineage) return lineage == Lineage;
        _lineage = new WorkerLineage(lineage);
        _ask.Reset();
        _weights.Clear();
        CloseVersion();
        return true;
    }

    private bool IsBlock(int block) => block >= 0 && block < _layout.Count;

    private static bool Overlap(ReductionNode node, IndexRange leaves) => node.First < leaves.End && node.End > leaves.First;
}
