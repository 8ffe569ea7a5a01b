using Distributed.Learning.Metrics;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Strides;

/// <summary>
/// Consecutive steps that the only worker of a job makes by itself, in the memory of all its blocks: what it may do, where it ends, and what it gives
/// back. The caller computes the leaves, and divides the elements of an update among its threads as it likes: that changes no bit. A step is
/// <see cref="Sum"/>, Update for every element, <see cref="Complete"/>; only Update may run on several threads at once.
/// </summary>
internal sealed class Stride
{
    private const int ChunkLength = 16_384; // of a sum over many leaves: its operands stay in the cache

    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly IReadOnlyList<StrideOffer> _offers;
    private readonly Optimizer _optimizer;
    private readonly long _from;
    private readonly long _limit;
    private SummingOrder _order;
    private ShardMetrics _root;
    private ShardMetrics _totals;
    private StrideOutcome? _divergence;

    /// <summary>Begins at the step that all offers share; the offers are taken.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="plan">Its steps.</param>
    /// <param name="offers">One per block, in the order of the flat vector.</param>
    public Stride(JobSpecification specification, EpochPlan plan, IReadOnlyList<StrideOffer> offers)
    {
        _specification = specification;
        _plan = plan;
        _offers = offers;
        _optimizer = Optimizer.Create(specification.Optimizer);
        Step = _from = offers[0].From;
        _limit = offers.Min(offer => offer.Limit);
        _totals = offers[0].Totals;
        _order = new SummingOrder(plan.ShardCount(Step));
    }

    /// <summary>The version of the newest weights: steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Whether the newest weights are in the memory that was offered as the previous ones.</summary>
    public bool IsSwapped => ((Step - _from) & 1) != 0;

    /// <summary>Leaves of the open step.</summary>
    public int Leaves => _order.Leaves;

    /// <summary>Samples of the steps that it made.</summary>
    public long Samples { get; private set; }

    /// <summary>Steps that it made.</summary>
    public long Steps => Step - _from;

    /// <summary>Whether no further step may begin: the limit is reached, a block wants its memory back, or something is not finite.</summary>
    public bool IsOver
    {
        get
        {
            if (Step >= _limit || _divergence is not null) return true;
            for (var i = 0; i < _offers.Count; i++)
                if (_offers[i].Loan.IsRecalled) return true;
            return false;
        }
    }

    /// <summary>All leaves of the step are computed. False when one is not finite: nothing is updated.</summary>
    /// <param name="leaves">The leaves' metrics [leaves]; overwritten.</param>
    public bool Sum(Span<ShardMetrics> leaves)
    {
        _root = _order.Sum(leaves[..Leaves]);
        if (!_root.HasBadShard) return true;
        _divergence = Outcome() with { HasDiverged = true, BadShard = _root.FirstBadShard };
        return false;
    }

    /// <summary>Sums a range of the leaves' gradients along the tree and applies it to the weights and the optimizer's state.</summary>
    /// <param name="part">The elements. Ranges of one step do not overlap.</param>
    /// <param name="leaves">The leaves' gradients [leaves][parameters], in the job's format; overwritten.</param>
    /// <returns>Whether the new weights are finite.</returns>
    public bool Update(IndexRange part, IReadOnlyList<Memory<float>> leaves)
    {
        var rate = _specification.Schedule.LearningRateAt(Step, _plan.TotalSteps, _plan.StepsPerEpoch, _specification.Optimizer.LearningRate);
        var chunk = _order.AtRoot is null || (_order.BelowRoot.IsEmpty && _specification.GradientFormat == GradientFormat.Float32) ? int.MaxValue : ChunkLength;
        var isFinite = true;
        for (var i = 0; i < _offers.Count; i++)
        {
            var range = _offers[i].Range;
            var end = Math.Min(part.End, range.End);
            for (var first = Math.Max(part.First, range.First); first < end;)
            {
                var count = Math.Min(chunk, end - first);
                isFinite &= Update(_offers[i], new IndexRange(first, count), leaves, rate);
                first += count;
            }
        }
        return isFinite;
    }

    /// <summary>All elements of the step are updated.</summary>
    /// <param name="isFinite">Whether all new weights are finite. If not, the step does not count, and nothing more may be done with the memory.</param>
    public void Complete(bool isFinite)
    {
        if (!isFinite)
        {
            _divergence = Outcome() with { HasDiverged = true };
            return;
        }
        _totals = EpochTotals.Add(_plan, _totals, Step, _root);
        Samples += _root.Samples;
        Step++;
        var leaves = Step < _plan.TotalSteps ? _plan.ShardCount(Step) : 0;
        if (leaves > 0 && leaves != Leaves) _order = new SummingOrder(leaves);
    }

    /// <summary>Gives the blocks their memory back.</summary>
    /// <param name="damage">Why an update did not end; null when no update is open.</param>
    public void GiveBack(string? damage = null)
    {
        var outcome = (_divergence ?? Outcome()) with { Damage = damage };
        foreach (var offer in _offers) offer.Loan.GiveBack(outcome);
    }

    private StrideOutcome Outcome() => new(Step, _totals);

    private bool Update(StrideOffer offer, IndexRange part, IReadOnlyList<Memory<float>> leaves, float rate)
    {
        foreach (var (lower, upper) in _order.BelowRoot) Add(lower, upper, part, leaves);
        var gradient = leaves[0].Span.Slice(part.First, part.Count);
        var addend = default(Span<float>);
        if (_order.AtRoot is { } root)
        {
            // Rounded sums follow the addition; others are left to the optimizer, which saves a pass over memory.
            if (_specification.GradientFormat == GradientFormat.Float32) addend = leaves[root.Upper].Span.Slice(part.First, part.Count);
            else Add(root.Lower, root.Upper, part, leaves);
        }
        var (weights, updated) = IsSwapped ? (offer.Previous, offer.Weights) : (offer.Weights, offer.Previous);
        var at = part.First - offer.Range.First;
        return _optimizer.UpdatePart(
            Step, rate, _root.Divisor, gradient, addend, weights.Span.Slice(at, part.Count), updated.Span.Slice(at, part.Count), offer.State.Span, at);
    }

    private void Add(int lower, int upper, IndexRange part, IReadOnlyList<Memory<float>> leaves)
    {
        var into = leaves[lower].Span.Slice(part.First, part.Count);
        GradientArithmetic.Add(_specification.GradientFormat, into, leaves[upper].Span.Slice(part.First, part.Count), into);
    }
}
