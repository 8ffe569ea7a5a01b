using Distributed.Tensors.Lanes;
using Distributed.Tensors.Mathematics;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Elements;

/// <summary>
/// Softmax and cross-entropy in one pass. A register holds one class of several samples, so each sample's sums run over its classes
/// in ascending order inside one lane. Logits are shifted by their maximum: no finite logit overflows.
/// </summary>
internal static unsafe class SoftmaxHead<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// With targets t (own class (1 − ε)·w plus ε/classes·w of each class) and T = Σ t: loss = T · ln Σ exp(z − m) + Σ t · (m − z),
    /// gradient = T · softmax − t. PyTorch's definition of label smoothing and class weights, before the mean is taken.
    /// </summary>
    public static void Run(SoftmaxTask* task)
    {
        var classes = task->Classes;
        for (var panel = 0; panel < Panel.Count(task->Samples); panel++)
        {
            for (var lane = 0; lane < Panel.Width; lane += TLanes.Count)
            {
                var sample = panel * Panel.Width + lane;
                RunLanes(
                    task, task->Logits + (nint)panel * classes * Panel.Width + lane, classes,
                    TLanes.LoadBits(task->Labels + sample), TLanes.Load(task->OwnTarget + sample), sample);
            }
        }
    }

    private static void RunLanes(SoftmaxTask* task, float* z, int classes, TVector label, TVector ownTarget, int sample)
    {
        var (maximum, predicted) = Maximum(z, classes);
        TLanes.StoreBits(task->Predicted + sample, predicted);

        var zero = TLanes.Broadcast(0f);
        var sum = zero;
        var distance = zero;
        for (var c = 0; c < classes; c++)
        {
            var below = TLanes.Subtract(TLanes.Load(z + (nint)c * Panel.Width), maximum);
            var target = Target(task, label, ownTarget, c);
            distance = TLanes.MultiplyAdd(target, TLanes.Subtract(zero, below), distance);
            var e = LaneMath<TLanes, TVector>.Exp(below);
            sum = TLanes.Add(sum, e);
            TLanes.Store(z + (nint)c * Panel.Width, e);
        }

        var total = TLanes.Add(ownTarget, TLanes.Broadcast(task->SpreadSum));
        TLanes.Store(task->Losses + sample, TLanes.MultiplyAdd(total, LaneMath<TLanes, TVector>.Log(sum), distance));

        var scale = TLanes.Divide(total, sum);
        for (var c = 0; c < classes; c++)
        {
            var e = TLanes.Load(z + (nint)c * Panel.Width);
            var target = Target(task, label, ownTarget, c);
            TLanes.Store(z + (nint)c * Panel.Width, TLanes.MultiplyAdd(scale, e, TLanes.Subtract(zero, target)));
        }
    }

    /// <summary>Softmax in place.</summary>
    public static void Probabilities(float* panels, int classes, int samples)
    {
        for (var panel = 0; panel < Panel.Count(samples); panel++)
        {
            for (var lane = 0; lane < Panel.Width; lane += TLanes.Count)
            {
                var z = panels + (nint)panel * classes * Panel.Width + lane;
                var (maximum, _) = Maximum(z, classes);
                var sum = TLanes.Broadcast(0f);
                for (var c = 0; c < classes; c++)
                {
                    var e = LaneMath<TLanes, TVector>.Exp(TLanes.Subtract(TLanes.Load(z + (nint)c * Panel.Width), maximum));
                    sum = TLanes.Add(sum, e);
                    TLanes.Store(z + (nint)c * Panel.Width, e);
                }

                for (var c = 0; c < classes; c++)
                {
                    TLanes.Store(z + (nint)c * Panel.Width, TLanes.Divide(TLanes.Load(z + (nint)c * Panel.Width), sum));
                }
            }
        }
    }

    private static TVector Target(SoftmaxTask* task, TVector label, TVector ownTarget, int c) =>
        TLanes.Add(
            TLanes.And(TLanes.EqualBits(label, TLanes.BroadcastBits(c)), ownTarget),
            TLanes.Broadcast(task->SpreadTarget[c]));

    private static (TVector Maximum, TVector Predicted) Maximum(float* z, int classes)
    {
        var maximum = TLanes.Load(z);
        var predicted = TLanes.BroadcastBits(0);
        for (var c = 1; c < classes; c++)
        {
            var value = TLanes.Load(z + (nint)c * Panel.Width);
            var higher = TLanes.GreaterThan(value, maximum);
            maximum = TLanes.Select(higher, value, maximum);
            predicted = TLanes.Select(higher, TLanes.BroadcastBits(c), predicted);
        }

        return (maximum, predicted);
    }
}
