using System.Runtime.Intrinsics;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Products;

namespace Distributed.Tensors;

/// <summary>The kernels at one register width; every width gives the same bits.</summary>
internal abstract unsafe class Kernels
{
    /// <summary>The kernels at a given width, by software where the machine has no such registers.</summary>
    public static Kernels For(KernelWidth width) => width switch
    {
        KernelWidth.Scalar => new Kernels<ScalarLanes, float>(),
        KernelWidth.Bits128 => new Kernels<Lanes128, Vector128<float>>(),
        KernelWidth.Bits256 => new Kernels<Lanes256, Vector256<float>>(),
        KernelWidth.Bits512 => new Kernels<Lanes512, Vector512<float>>(),
        _ => throw new ArgumentOutOfRangeException(nameof(width)),
    };

    /// <summary>A matrix product.</summary>
    public abstract void Multiply(ProductTask* product);

    /// <summary>An activation in place, and its derivative at the same places unless that is null.</summary>
    public abstract void Activate(Activation activation, float* values, float* derivatives, int count);

    /// <summary>values ·= factors, and derivatives ·= factors unless that is null.</summary>
    public abstract void Scale(float* values, float* derivatives, float* factors, int count);

    /// <summary>Softmax with cross-entropy, from logits to gradients in place.</summary>
    public abstract void SoftmaxCrossEntropy(SoftmaxTask* task);

    /// <summary>Softmax in place.</summary>
    public abstract void Softmax(float* panels, int classes, int samples);
}

/// <inheritdoc/>
internal sealed unsafe class Kernels<TLanes, TVector> : Kernels
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public override void Multiply(ProductTask* product) => PanelProduct<TLanes, TVector>.Run(product);

    public override void Activate(Activation activation, float* values, float* derivatives, int count) =>
        Activations<TLanes, TVector>.Run(activation, values, derivatives, count);

    public override void Scale(float* values, float* derivatives, float* factors, int count) =>
        Activations<TLanes, TVector>.Scale(values, derivatives, factors, count);

    public override void SoftmaxCrossEntropy(SoftmaxTask* task) => SoftmaxHead<TLanes, TVector>.Run(task);

    public override void Softmax(float* panels, int classes, int samples) =>
        SoftmaxHead<TLanes, TVector>.Probabilities(panels, classes, samples);
}
