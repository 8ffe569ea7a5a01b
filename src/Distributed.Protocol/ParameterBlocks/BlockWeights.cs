using System.Numerics.Tensors;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Memory;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// A block's parameters in one lineage: the optimizer's state and two versions of the weights, so that a worker can still compute shards of a step
/// that another block has not finished.
/// </summary>
internal sealed class BlockWeights
{
    private readonly BlockSite _site;
    private readonly long _lineage;
    private readonly JobSpecification _specification;
    private readonly BlockLayout _layout;
    private readonly Optimizer _optimizer;

    private BlockWeights(BlockSite site, LoadBlock load, BlockLayout layout)
    {
        _site = site;
        _lineage = load.Lineage;
        _specification = load.Specification;
        _layout = layout;
        _optimizer = Optimizer.Create(load.Specification.Optimizer);
        Step = load.Checkpoint?.Step ?? 0;
        Current = site.Effects.WeightsBuffer(load.Lineage, layout, site.Block, Step);
        OptimizerState = new AlignedBuffer(_optimizer.StateVectors * Range.Count).Memory;
    }

    /// <summary>The block's range of the flat parameter vector.</summary>
    public IndexRange Range => _layout[_site.Block];

    /// <summary>The version of <see cref="Current"/>: steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The newest weights [range].</summary>
    public Memory<float> Current { get; private set; }

    /// <summary>The weights of the previous version [range]; empty right after loading.</summary>
    public Memory<float> Previous { get; private set; }

    /// <summary>The optimizer's state vectors, concatenated [vectors × range].</summary>
    public Memory<float> OptimizerState { get; }

    /// <summary>Whether all current weights are finite.</summary>
    public bool AreFinite => TensorPrimitives.IsFiniteAll<float>(Current.Span);

    /// <summary>How the job's parameters are divided into blocks.</summary>
    public static BlockLayout LayoutOf(LoadBlock load) => new(new Network(load.Specification.Network).Layout.Count, load.Blocks);

    /// <summary>The random initial weights of a job.</summary>
    public static BlockWeights Initialize(BlockSite site, LoadBlock load)
    {
        var network = new Network(load.Specification.Network);
        var all = new float[network.Layout.Count];
        network.Initialize(load.Specification.Seed, all);
        var weights = new BlockWeights(site, load, LayoutOf(load));
        all.AsSpan(weights.Range.First, weights.Range.Count).CopyTo(weights.Current.Span);
        return weights;
    }

    /// <summary>The weights of a checkpoint, whose parts may be divided differently from the blocks.</summary>
    public static BlockWeights Restore(BlockSite site, LoadBlock load, IReadOnlyList<LoadedPart> parts)
    {
        var weights = new BlockWeights(site, load, LayoutOf(load));
        weights.Current.Span.Clear();
        foreach (var part in parts) weights.Copy(part);
        return weights;
    }

    /// <summary>
    /// Applies a step's gradient sum. False when the result is not finite: the weights stay, and the optimizer's state is no longer usable.
    /// </summary>
    public bool Update(in GradientNodeValue root, EpochPlan plan)
    {
        var next = _site.Effects.WeightsBuffer(_lineage, _layout, _site.Block, Step + 1);
        var rate = _specification.Schedule.LearningRateAt(Step, plan.TotalSteps, plan.StepsPerEpoch, _specification.Optimizer.LearningRate);
        var addend = root.Addend is { } upper ? upper.Values.Span : default;
        if (!_optimizer.Update(Step, rate, root.Metrics.Divisor, root.Values.Span, addend, Current.Span, next.Span, OptimizerState.Span)) return false;
        (Previous, Current) = (Current, next);
        Step++;
        return true;
    }

    /// <summary>A stride has made the versions up to this one, by turns in the memory of the two that are here.</summary>
    public void Advance(long step)
    {
        if (((step - Step) & 1) != 0) (Previous, Current) = (Current, Previous);
        Step = step;
        _site.Effects.NoteVersion(Previous, step - 1);
        _site.Effects.NoteVersion(Current, step);
    }

    private void Copy(LoadedPart part)
    {
        var first = Math.Max(Range.First, part.Start);
        var count = Math.Min(Range.End, part.Start + part.Count) - first;
        if (count <= 0) return;
        part.Weights.Span.Slice(first - part.Start, count).CopyTo(Current.Span[(first - Range.First)..]);
        if (part.State.IsEmpty) return;
        for (var v = 0; v < _optimizer.StateVectors; v++)
            part.State.Span.Slice(v * part.Count + first - part.Start, count).CopyTo(OptimizerState.Span[(v * Range.Count + first - Range.First)..]);
    }
}
