using BenchmarkDotNet.Attributes;
using Distributed.Tensors;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Memory;

namespace Distributed.Benchmarks;

/// <summary>The kernels by themselves.</summary>
[MemoryDiagnoser]
public unsafe class KernelBenchmarks
{
    private const int Count = 1 << 14;

    private readonly AlignedBuffer _values = new(Count);
    private readonly AlignedBuffer _derivatives = new(Count);
    private readonly ProductCell _layer = new(ProductForm.Layer, 512, 128, 784);
    private readonly ProductCell _gradient = new(ProductForm.Gradient, 784, 512, 128);

    [Benchmark]
    public void LayerProduct() => _layer.Run();

    [Benchmark]
    public void GradientProduct() => _gradient.Run();

    [Benchmark]
    [Arguments(Activation.Relu)]
    [Arguments(Activation.Gelu)]
    [Arguments(Activation.Tanh)]
    [Arguments(Activation.Sigmoid)]
    public void Activate(Activation activation) => MachineArithmetic.Kernels.Activate(activation, _values.Pointer, _derivatives.Pointer, Count);

    [Benchmark]
    public void AddGradients() => GradientSum.Add(_values.Span, _derivatives.Span, _values.Span);
}
