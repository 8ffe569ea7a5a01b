using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// A parameter block's state in one lineage; a new lineage replaces it. Sums the open step's gradient nodes, applies the root, and pushes the weights
/// of the next step.
/// </summary>
internal sealed class BlockLineage
{
    private readonly BlockSite _site;
    private readonly LoadBlock _load;
    private readonly EpochPlan _plan;
    private readonly BlockWeights _weights;
    private readonly PartialSum<GradientNodeValue> _tree;
    private readonly StepAudits _audits;
    private readonly BlockSnapshots _snapshots;
    private readonly EpochBoundary _boundary;
    private readonly StepTimer _timer;
    private readonly Divergence _divergence;
    private readonly BlockStride _stride;
    private readonly DueWorkers _due;

    /// <summary>Begins with loaded weights.</summary>
    /// <param name="site">The block.</param>
    /// <param name="load">The load command.</param>
    /// <param name="weights">The loaded weights.</param>
    /// <param name="tree">Sums gradient nodes.</param>
    /// <param name="gate">Holds steps with audited shards.</param>
    /// <param name="due">The workers whose gradients are taken.</param>
    /// <param name="now">The time.</param>
    public BlockLineage(
        BlockSite site, LoadBlock load, BlockWeights weights, PartialSum<GradientNodeValue> tree, AuditGate gate, DueWorkers due, TimeSpan now)
    {
        _site = site;
        _load = load;
        _plan = new EpochPlan(load.Specification);
        _weights = weights;
        _tree = tree;
        _audits = new StepAudits(site, load, gate);
        _snapshots = new BlockSnapshots(site, load.Lineage, weights);
        _boundary = new EpochBoundary(site, load, _plan);
        _timer = new StepTimer(site.Times);
        _divergence = new Divergence(site, load.Lineage);
        _stride = new BlockStride(site, weights);
        _due = due;
        BeginStep(now);
    }

    /// <summary>The lineage's number.</summary>
    public long Number => _load.Lineage;

    /// <summary>The version of the weights: steps done.</summary>
    public long Step => _weights.Step;

    /// <summary>The block's range of the flat parameter vector.</summary>
    public IndexRange Range => _weights.Range;

    /// <summary>The current weights [range].</summary>
    public ReadOnlyMemory<float> Weights => _weights.Current;

    /// <summary>Gradient nodes that wait for their siblings.</summary>
    public int PendingNodes => _tree.Count;

    /// <summary>Leaves of the open step's tree.</summary>
    public int Leaves => _tree.Leaves;

    /// <inheritdoc cref="BlockSnapshots.CopiedStep"/>
    public long? CopiedStep => _snapshots.CopiedStep;

    /// <inheritdoc cref="StepAudits.IsAudited"/>
    public bool IsAudited => _audits.IsAudited(Assignment);

    /// <summary>Whether the block awaits the decision on an epoch.</summary>
    public bool AwaitsDecision => _boundary.AwaitsDecision(Step);

    private Assignment Assignment => _due.Assignment;

    /// <summary>Whether the open step may be computed: its epoch is open and the job does not end before it.</summary>
    private bool IsOpen =>
        Step < _plan.TotalSteps && _plan.EpochOf(Step) <= _boundary.OpenThrough && !_boundary.IsHeld && !_divergence.HasHappened;

    public void Assign(AssignBlock message, TimeSpan now)
    {
        _boundary.Open(message.OpenThrough);
        var hasMissed = _due.HasRefused;
        if (_due.TryAssign(message.Assignment))
        {
            _timer.Defer(now);
            _boundary.Defer(now, _timer.LateWait);
        }
        _site.Effects.ToCoordinator(new BlockAssigned(_site.Job, _site.Block, Number, Assignment.Number));
        if (_audits.HasShards) ApplyWhenComplete(now); // the claims it waited for may have no worker left
        if (!hasMissed || _due.HasRefused || !IsOpen) return;
        _timer.AskAtOnce(now); // nodes of a worker that this assignment names may have overtaken it
        ChaseMissing(now);
    }

    /// <summary>Whether a gradient comes from a worker that may send it; a node that does not is not read, and its sender can hold up nothing.</summary>
    public bool IsDue(PushGradient message) => _due.Accepts(message, Step);

    public void OpenEpoch(OpenBlockEpoch message, TimeSpan now)
    {
        if (message.OpenThrough <= _boundary.OpenThrough) return;
        _boundary.Open(message.OpenThrough);
        _boundary.EndEvaluation();
        _timer.Reopen(now, _plan.IsBoundary(Step));
    }

    public void GiveWeights(WorkerId worker)
    {
        if (!_weights.Previous.IsEmpty) Push(worker, Step - 1, _weights.Previous);
        if (!_boundary.IsHeld) Push(worker, Step, _weights.Current);
    }

    /// <summary>Takes a worker's node; anything outside the open step is returned unread.</summary>
    public void Take(PushGradient message, TimeSpan now)
    {
        if (message.Step != Step || _divergence.HasHappened || message.Values.Length != Range.Count ||
            message.Format != _load.Specification.GradientFormat || !ReductionTree.Contains(_tree.Leaves, message.Node) || _audits.IsHiddenIn(message.Node))
        {
            message.Lease?.Dispose();
            return;
        }
        _boundary.Open(_plan.EpochOf(Step)); // the step was computed elsewhere, so its epoch is open
        // The tree returns memory once values are summed, so an audited shard is hashed first.
        ulong? hash = _audits.Awaits(message.Node) ? GradientHash.Of(message.Values.Span, message.Metrics) : null;
        var isCounted = _tree.Add(message.Node, new GradientNodeValue(message.Values, message.Metrics, null, message.Lease));
        if (isCounted && hash is { } counted) _audits.Count(message.Node.First, counted, now);
        ApplyWhenComplete(now);
    }

    public void Take(PushShardHash message, TimeSpan now)
    {
        if (message.Step == Step && !_divergence.HasHappened && _audits.Take(message, now)) ApplyWhenComplete(now);
    }

    public void Take(PushEvaluation message, TimeSpan now)
    {
        if (!_divergence.HasHappened) _boundary.Add(message, Step, Assignment, now, _timer.LateWait);
    }

    public void Hold() => _boundary.Hold(Step);

    public void OpenCheckpoint(OpenCheckpoint message, TimeSpan now)
    {
        _snapshots.Open(message, now);
        CopyDueSnapshots(now);
    }

    public void CloseCheckpoint(CloseCheckpoint message) => _snapshots.Close(message);

    public void NoteStored(long step, IReadOnlyList<SnapshotPart> parts, TimeSpan now) => _snapshots.NoteStored(step, parts, now);

    public void NoteDelayed(long step, string reason) => _snapshots.NoteDelayed(step, reason);

    /// <summary>Whether a worker strides in the block's memory; an offer that it has not taken is withdrawn.</summary>
    public bool IsAway => _stride.IsAway();

    /// <summary>Whether a worker has the memory.</summary>
    public bool IsTaken => _stride.IsTaken;

    /// <summary>Wants the memory back at the next step boundary.</summary>
    public void Recall() => _stride.Recall();

    /// <summary>Takes the memory back from a stride that has ended: the block stands where it would if it had taken every gradient itself.</summary>
    /// <param name="mayOffer">Whether the block may lend its memory again at once.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The stride ended within an update: nothing of the memory can be used.</exception>
    public void TakeBack(bool mayOffer, TimeSpan now)
    {
        if (_stride.TakeBack() is not { } outcome) return;
        if (outcome.Damage is { } damage) throw new InvalidOperationException($"step {outcome.Step} was not applied whole: {damage}");
        var steps = outcome.Step - Step;
        if (steps > 0)
        {
            _weights.Advance(outcome.Step);
            if (_site.Block == 0) _boundary.Advance(outcome.Totals);
            Advance(steps, mayOffer && !outcome.HasDiverged, now);
            if (_site.Block == 0) _boundary.ReportProgress(Step, now);
        }
        if (outcome.HasDiverged) _divergence.Note(Step, outcome.BadShard, now);
    }

    public void Tick(TimeSpan now)
    {
        _snapshots.Repeat(now);
        _divergence.Repeat(now);
        if (_stride.IsTaken)
        {
            if (_site.Block == 0 && _boundary.IsReportDue(now)) _stride.Recall();
            return;
        }
        if (_site.Block == 0)
        {
            _boundary.ReportProgress(Step, now);
            if (!_divergence.HasHappened || _boundary.IsHeld) _boundary.RepeatFacts(Step, Assignment, now, _timer.LateWait);
        }
        _audits.ReportDispute(now);
        if (IsOpen) ChaseMissing(now);
    }

    /// <summary>Returns all memory: another lineage begins, or the job rests.</summary>
    public void End()
    {
        if (IsAway) Recall();
        _tree.Begin(0);
        _snapshots.Forget();
    }

    private void ApplyWhenComplete(TimeSpan now)
    {
        if (_tree.IsComplete && !_divergence.HasHappened && !_audits.Holds(Assignment)) Apply(now);
    }

    private void Apply(TimeSpan now)
    {
        var root = _tree.Root;
        if (root.Metrics.HasBadShard)
        {
            _divergence.Note(Step, root.Metrics.FirstBadShard, now);
            return;
        }
        var step = Step;
        if (!_weights.Update(root, _plan))
        {
            _divergence.Note(Step, null, now);
            return;
        }
        if (_site.Block == 0) _boundary.Add(step, root.Metrics);
        Advance(1, mayOffer: true, now);
    }

    /// <summary>New weights are here: pushes them, copies due snapshots, and begins the next step.</summary>
    /// <param name="steps">Steps since the last ones.</param>
    /// <param name="mayOffer">Whether the block may lend its memory.</param>
    /// <param name="now">The time.</param>
    private void Advance(long steps, bool mayOffer, TimeSpan now)
    {
        BeginStep(now, steps);
        if (!_boundary.TryHold(Step)) PushToAssigned(mayOffer);
        CopyDueSnapshots(now);
        if (_site.Block == 0) _boundary.Begin(Step, Assignment, now, _timer.LateWait);
    }

    private void BeginStep(TimeSpan now, long ended = 1)
    {
        _due.BeginStep();
        _tree.Begin(Step < _plan.TotalSteps ? _plan.ShardCount(Step) : 0);
        _audits.Begin(Step, _tree.Leaves);
        _timer.Begin(now, ended);
    }

    /// <summary>An offer to the only worker that computes; null when it must send its gradients, or is not alone.</summary>
    private StrideOffer? Offer()
    {
        if (!IsOpen || _load.AuditShare > 0 || Assignment.Sole is not { } worker) return null;
        var limit = _plan.BoundaryAfter(_plan.EpochOf(Step));
        return _stride.TryOffer(worker, Math.Min(limit, _snapshots.NextCopy ?? limit), _boundary.Totals);
    }

    /// <summary>
    /// Pushes the newest weights to the workers that compute or audit the step they open; at an epoch's end, to all listed workers.
    /// </summary>
    private void PushToAssigned(bool mayOffer)
    {
        var isBoundary = _plan.IsBoundary(Step);
        var offer = mayOffer ? Offer() : null;
        for (var i = 0; i < Assignment.Shares.Count; i++)
            if (isBoundary || Assignment.RunAt(i, _tree.Leaves).Count > 0)
                Push(Assignment.Shares[i].Worker, Step, _weights.Current, Assignment.Shares[i].Weight > 0 ? offer : null);
        if (isBoundary || !_audits.HasShards) return;
        foreach (var worker in _audits.AuditorsWithoutShards(Assignment)) Push(worker, Step, _weights.Current);
    }

    private void Push(WorkerId worker, long version, Memory<float> values, StrideOffer? offer = null) =>
        _site.Effects.PushWeights(worker, new WeightsUpdated(_site.Job, _site.Block, Number, version, values, null) { Offer = offer });

    /// <summary>Copies due snapshots. Non-finite weights fail the job. After a failed update the optimizer state no longer matches the version, so
    /// nothing is copied.</summary>
    private void CopyDueSnapshots(TimeSpan now)
    {
        if (!_divergence.HasHappened && !_snapshots.CopyDue(_boundary.Totals)) _divergence.Note(Step, null, now);
    }

    /// <summary>After a bounded wait, asks the owners for missing nodes; later reports late shards to the coordinator.</summary>
    private void ChaseMissing(TimeSpan now)
    {
        var (isAskDue, isLate) = (_timer.IsAskDue(now), _timer.IsLate(now));
        if (!isAskDue && !isLate) return;
        var missing = new List<IndexRange>();
        _tree.AddMissing(missing);
        if (isAskDue)
        {
            foreach (var (worker, leaves) in Assignment.OwnersOf(_tree.Leaves, missing))
                _site.Effects.ToWorker(worker, new GetMissingNodes(_site.Job, _site.Block, Number, Step, leaves));
            _audits.Ask(Assignment);
        }
        if (!isLate) return;
        var silent = _audits.FindSilent(Assignment);
        if (missing.Count > 0 || silent.Count > 0)
            _site.Effects.ToCoordinator(new StepLate(_site.Job, _site.Block, Number, Step, missing) { Silent = silent.Count > 0 ? [.. silent] : null });
    }
}
