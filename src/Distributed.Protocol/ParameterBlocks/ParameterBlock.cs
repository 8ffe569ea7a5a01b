using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Verification;
using Distributed.Tensors.Memory;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// The rule of one parameter block: sum a step's gradient nodes along the reduction tree, divide by the batch's divisor, apply the
/// optimizer, push the weights of the next step. Keeps two versions, so that a worker can still compute shards of a step that another
/// block has not finished. Messages and the time in, effects out.
/// </summary>
public sealed partial class ParameterBlock
{
    private readonly JobId _job;
    private readonly int _block;
    private readonly long _incarnation;
    private readonly BlockTimes _times;
    private readonly IBlockEffects _effects;
    private readonly List<IndexRange> _missing = [];

    private long _term;
    private long _query; // of that term
    private LoadBlock? _loading;
    private LoadedState? _state;
    private Assignment _assignment = Assignment.None;

    /// <summary>What is there once a checkpoint or the initial weights are loaded.</summary>
    private sealed class LoadedState(LoadBlock load, BlockLayout layout, int block)
    {
        public readonly long Lineage = load.Lineage;
        public readonly EpochPlan Plan = new(load.Specification);
        public readonly JobSpecification Specification = load.Specification;
        public readonly BlockLayout Layout = layout;
        public readonly IndexRange Range = layout[block];
        public readonly Optimizer Optimizer = Optimizer.Create(load.Specification.Optimizer);
        public readonly PartialSum<GradientNodeValue> Tree = new(new GradientNodeSum(layout[block].Count, load.Specification.GradientFormat));
        public readonly EpochSums Sums = new();
        public readonly double AuditShare = load.AuditShare;
        public readonly AuditGate Audits = new(new AuditPlan(load.Specification.Seed, load.AuditShare));
        public int OpenThrough = load.OpenThrough;
        public long Step;
        public Memory<float> Current;
        public Memory<float> Previous; // empty right after loading
        public Memory<float> OptimizerState; // [state vectors × range], one after the other
    }

    /// <summary>A block without state.</summary>
    /// <param name="job">The job.</param>
    /// <param name="block">The block, from 0.</param>
    /// <param name="incarnation">A number that no earlier incarnation of this block had.</param>
    /// <param name="times">Waits.</param>
    /// <param name="effects">The surroundings.</param>
    public ParameterBlock(JobId job, int block, long incarnation, BlockTimes times, IBlockEffects effects)
    {
        _job = job;
        _block = block;
        _incarnation = incarnation;
        _times = times;
        _effects = effects;
    }

    /// <summary>The version of the weights: steps done; −1 before anything is loaded.</summary>
    public long Step => _state?.Step ?? -1;

    /// <summary>The lineage of the weights; 0 before anything is loaded.</summary>
    public long Lineage => _state?.Lineage ?? 0;

    /// <summary>Whether it neither holds nor loads anything: its surroundings may stop it.</summary>
    public bool IsEmpty => _state is null && _loading is null;

    /// <summary>The current weights [range], for tests and tools.</summary>
    public ReadOnlyMemory<float> Weights => _state?.Current ?? default;

    /// <summary>Gradient nodes that wait for their siblings.</summary>
    internal int PendingNodes => _state?.Tree.Count ?? 0;

    /// <summary>The range of the flat vector that it holds.</summary>
    internal IndexRange Range => _state?.Range ?? default;

    /// <summary>Leaves of the current step's tree.</summary>
    internal int Leaves => _state?.Tree.Leaves ?? 0;

    /// <summary>A coordinator asks where the block is.</summary>
    public void OnGetBlockState(GetBlockState message)
    {
        if (!AcceptTerm(message.Term)) return;
        _query = Math.Max(_query, message.Query);
        ReportState();
    }

    /// <summary>A coordinator says what to load.</summary>
    public void OnLoadBlock(LoadBlock message)
    {
        if (!AcceptTerm(message.Term)) return;
        _query = Math.Max(_query, message.Query);
        if (message.Lineage < Lineage || message.Lineage < (_loading?.Lineage ?? 0)) return;
        if (message.Lineage == Lineage || (message.Incarnation != _incarnation && !Sabotage.Makes(Bug.LoadTwice)))
        {
            ReportState();
            return;
        }
        if (_loading?.Lineage == message.Lineage) return; // under way
        DropState();
        _loading = message;
        var layout = LayoutOf(message);
        if (message.Checkpoint is { } checkpoint) _effects.LoadParts(message.Lineage, PartsOver(checkpoint, layout[_block]));
        else Install(message, layout, InitialWeights(message.Specification).AsSpan(layout[_block].First, layout[_block].Count), [], default);
    }

    /// <summary>The parts that <see cref="IBlockEffects.LoadParts"/> asked for.</summary>
    public void OnPartsLoaded(long lineage, IReadOnlyList<LoadedPart> parts)
    {
        if (_loading is not { } load || load.Lineage != lineage) return;
        var layout = LayoutOf(load);
        var range = layout[_block];
        var weights = new float[range.Count];
        var vectors = Optimizer.Create(load.Specification.Optimizer).StateVectors;
        var state = new float[vectors * range.Count];
        foreach (var part in parts)
        {
            var first = Math.Max(range.First, part.Start);
            var count = Math.Min(range.End, part.Start + part.Count) - first;
            if (count <= 0) continue;
            part.Weights.Span.Slice(first - part.Start, count).CopyTo(weights.AsSpan(first - range.First));
            for (var v = 0; v < vectors && part.State.Length > 0; v++)
                part.State.Span.Slice(v * part.Count + first - part.Start, count).CopyTo(state.AsSpan(v * range.Count + first - range.First));
        }
        if (Sabotage.Makes(Bug.RestoreWithoutOptimizerState)) state = [];
        Install(load, layout, weights, state, Sabotage.Makes(Bug.RestoreWithoutTotals) ? default : load.Checkpoint!.Totals);
    }

    /// <summary>The parts cannot be read or are damaged.</summary>
    public void OnPartsLoadFailed(long lineage, string reason)
    {
        if (_loading is not { } load || load.Lineage != lineage) return;
        _loading = null;
        _effects.ToCoordinator(new BlockLoadFailed(_job, _block, lineage, reason));
    }

    /// <summary>A coordinator says who computes.</summary>
    public void OnAssign(AssignBlock message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        state.OpenThrough = Math.Max(state.OpenThrough, message.OpenThrough);
        if (message.Assignment.Number > _assignment.Number)
        {
            _assignment = message.Assignment;
            GiveOwnersTime(state);
        }
        _effects.ToCoordinator(new BlockAssigned(_job, _block, state.Lineage, _assignment.Number));
        if (state.Audits.HasShards) ApplyWhenComplete(state, _heardAt); // perhaps nobody is left whose opinion was waited for
    }

    /// <summary>A worker asks for the versions that the block keeps: the one before too, since another block may still need its step.</summary>
    public void OnGetWeights(GetWeights message)
    {
        if (_state is not { } state || message.Lineage != state.Lineage) return;
        if (!state.Previous.IsEmpty && !Sabotage.Makes(Bug.ForgetThePreviousVersion)) Push(state, message.Worker, state.Step - 1, state.Previous);
        if (!state.Sums.IsHeld || Sabotage.Makes(Bug.HandOutWithheldWeights)) Push(state, message.Worker, state.Step, state.Current);
    }

    /// <summary>A worker's node. Everything but an open step of this lineage is dropped unread.</summary>
    public void OnPushGradient(PushGradient message, TimeSpan now)
    {
        if (_state is not { } state || (message.Lineage != state.Lineage && !Sabotage.Makes(Bug.ForgetTheLineageOfGradients)) ||
            (message.Step != state.Step && !Sabotage.Makes(Bug.ForgetTheStepOfGradients)) || state.Sums.HasDiverged ||
            message.Values.Length != state.Range.Count || message.Format != state.Specification.GradientFormat ||
            !ReductionTree.Contains(state.Tree.Leaves, message.Node) || state.Audits.IsHiddenIn(message.Node))
        {
            message.Lease?.Dispose();
            return;
        }
        Hear(now);
        state.OpenThrough = Math.Max(state.OpenThrough, state.Plan.EpochOf(state.Step)); // that it was computed proves that it may be
        // The tree gives memory back once values are summed: an audited shard is looked at before.
        ulong? hash = state.Audits.Awaits(message.Node) ? GradientHash.Of(message.Values.Span, message.Metrics) : null;
        var isCounted = state.Tree.Add(message.Node, new GradientNodeValue(message.Values, message.Metrics, null, message.Lease));
        if (isCounted && hash is { } counted)
        {
            state.Audits.Count(message.Node.First, counted);
            ReportDispute(state, now);
        }
        ApplyWhenComplete(state, now);
    }

    private void Apply(LoadedState state, TimeSpan now)
    {
        var root = state.Tree.Root;
        if (root.Metrics.HasBadShard)
        {
            Diverge(state, state.Step, root.Metrics.FirstBadShard);
            return;
        }
        var next = _effects.WeightsBuffer(state.Lineage, state.Layout, _block, state.Step + 1);
        var rate = state.Specification.Schedule.LearningRateAt(
            state.Step, state.Plan.TotalSteps, state.Plan.StepsPerEpoch, state.Specification.Optimizer.LearningRate);
        var addend = root.Addend is { } upper ? upper.Values.Span : default;
        if (!state.Optimizer.Update(
            state.Step, rate, root.Metrics.Divisor, root.Values.Span, addend, state.Current.Span, next.Span, state.OptimizerState.Span))
        {
            Diverge(state, state.Step, null);
            return;
        }
        (state.Previous, state.Current) = (state.Current, next);
        if (_block == 0) state.Sums.Add(root.Metrics, beginsEpoch: state.Step % state.Plan.StepsPerEpoch == 0);
        state.Step++;
        BeginStep(state, now);
        if (_block == 0 && state.Sums.WantsHold) HoldHere(state);
        else PushToAssigned(state);
        CopyDueSnapshots(state);
        if (_block == 0) BeginEvaluationAtBoundary(state, now);
    }

    /// <summary>Pushes the newest weights to whoever computes the step that they open; at an epoch's end to all that are listed.</summary>
    private void PushToAssigned(LoadedState state)
    {
        var boundary = state.Plan.IsBoundary(state.Step);
        for (var i = 0; i < _assignment.Shares.Count; i++)
            if (boundary || _assignment.RunAt(i, state.Tree.Leaves).Count > 0)
                Push(state, _assignment.Shares[i].Worker, state.Step, state.Current);
        if (!boundary) PushToAuditors(state);
    }

    private void Push(LoadedState state, WorkerId worker, long version, Memory<float> values) =>
        _effects.PushWeights(worker, new WeightsUpdated(_job, _block, state.Lineage, version, values, null));

    private void Install(LoadBlock load, BlockLayout layout, ReadOnlySpan<float> weights, float[] optimizerState, ShardMetrics totals)
    {
        var state = new LoadedState(load, layout, _block) { Step = load.Checkpoint?.Step ?? 0 };
        state.Current = _effects.WeightsBuffer(load.Lineage, layout, _block, state.Step);
        weights.CopyTo(state.Current.Span);
        var length = state.Optimizer.StateVectors * state.Range.Count;
        state.OptimizerState = new AlignedBuffer(length).Memory;
        if (optimizerState.Length == length) optimizerState.CopyTo(state.OptimizerState);
        state.Sums.Restore(totals);
        _loading = null;
        _state = state;
        _assignment = Assignment.None;
        _divergence = null;
        BeginStep(state, _heardAt);
        ReportState();
    }

    private void DropState()
    {
        _state?.Tree.Begin(0);
        ForgetSnapshots();
        _state = null;
        _loading = null;
    }

    /// <summary>A job that ends or rests frees what the block holds; one that has gone on since does not.</summary>
    public void OnEnd(EndBlock message)
    {
        if (AcceptTerm(message.Term) && message.Lineage >= Math.Max(Lineage, _loading?.Lineage ?? 0)) DropState();
    }

    /// <summary>An exception ends this incarnation.</summary>
    /// <param name="cause">Which block, where, and what happened.</param>
    /// <param name="isOutOfMemory">Whether there was not enough memory.</param>
    public void OnFailed(string cause, bool isOutOfMemory) =>
        _effects.ToCoordinator(new BlockFailed(_job, _block, _incarnation, Math.Max(Lineage, _loading?.Lineage ?? 0), cause, isOutOfMemory));

    private void ReportState() =>
        _effects.ToCoordinator(new BlockState(
            _job, _block, _incarnation, _term, _query, Lineage, _state?.Step ?? 0, CopiedStep));

    private bool AcceptTerm(long term)
    {
        if (term < _term && !Sabotage.Makes(Bug.ForgetTheTerm)) return false;
        if (term > _term) _query = 0;
        _term = term;
        return true;
    }

    private static BlockLayout LayoutOf(LoadBlock load) => new(new Network(load.Specification.Network).Layout.Count, load.Blocks);

    private static float[] InitialWeights(JobSpecification specification)
    {
        var network = new Network(specification.Network);
        var weights = new float[network.Layout.Count];
        network.Initialize(specification.Seed, weights);
        return weights;
    }

    private static List<SnapshotPart> PartsOver(Checkpoint checkpoint, IndexRange range) =>
        [.. checkpoint.Parts.Where(part => part.Start < range.End && part.Start + part.Count > range.First)];
}
