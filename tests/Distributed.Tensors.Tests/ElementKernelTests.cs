using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Mathematics;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Tests;

public sealed unsafe class ElementKernelTests
{
    private const int Count = 4096;

    [Theory]
    [InlineData(Activation.Identity)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.LeakyRelu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    public void Activations_and_derivatives_have_the_same_bits_at_every_width(Activation activation)
    {
        var inputs = Inputs();
        var (values, derivatives) = Run(activation, inputs, KernelWidth.Scalar);
        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            var (otherValues, otherDerivatives) = Run(activation, inputs, width);
            Assert.True(Bits.Same(values, otherValues), $"{activation}, {width}");
            Assert.True(Bits.Same(derivatives, otherDerivatives), $"{activation}', {width}");
        }
    }

    [Theory]
    [InlineData(Activation.LeakyRelu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    public void Activations_follow_their_formulas_and_derivatives_their_slopes(Activation activation)
    {
        Func<double, double> formula = activation switch
        {
            Activation.LeakyRelu => z => z > 0 ? z : 0.01 * z,
            Activation.Gelu => z => z * 0.5 * (1 + DeterministicMath.Erf(z / Math.Sqrt(2))),
            Activation.Tanh => Math.Tanh,
            _ => z => 1 / (1 + Math.Exp(-z)),
        };
        var inputs = Enumerable.Range(0, 512).Select(i => (i - 255.5f) / 40).ToArray();
        var (values, derivatives) = Run(activation, inputs, MachineKernelWidth.Widest);
        for (var i = 0; i < inputs.Length; i++)
        {
            double z = inputs[i];
            var slope = (formula(z + 1e-5) - formula(z - 1e-5)) / 2e-5;
            Assert.Equal(formula(z), values[i], 1e-6 * Math.Max(1, Math.Abs(z)));
            Assert.Equal(slope, derivatives[i], 2e-6);
        }
    }

    [Fact]
    public void A_NaN_passes_every_activation()
    {
        var inputs = Enumerable.Repeat(float.NaN, 16).ToArray();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            Assert.All(Run(activation, inputs, MachineKernelWidth.Widest).Values, value => Assert.True(float.IsNaN(value), activation.ToString()));
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 15)]
    [InlineData(10, 16)]
    [InlineData(11, 33)]
    public void Softmax_has_the_same_bits_at_every_width_and_stays_finite_for_large_logits(int classes, int samples)
    {
        float[]? firstGradient = null;
        float[]? firstLosses = null;
        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            var logits = new AlignedBuffer(Panel.Size(classes, samples));
            var padded = Panel.Count(samples) * Panel.Width;
            var (labels, own, spread, losses, predicted) =
                (new AlignedBuffer(padded), new AlignedBuffer(padded), new AlignedBuffer(classes), new AlignedBuffer(padded), new AlignedBuffer(padded));
            var random = new Random(classes * 31 + samples);
            foreach (ref var value in logits.Span) value = (random.NextSingle() * 2 - 1) * 10000;
            own.Span.Fill(1);
            for (var i = 0; i < samples; i++) ((int*)labels.Pointer)[i] = random.Next(classes);

            var task = default(SoftmaxTask);
            task.Classes = classes;
            task.Samples = samples;
            task.Logits = logits.Pointer;
            task.Labels = (int*)labels.Pointer;
            task.OwnTarget = own.Pointer;
            task.SpreadTarget = spread.Pointer;
            task.Losses = losses.Pointer;
            task.Predicted = (int*)predicted.Pointer;
            Kernels.For(width).SoftmaxCrossEntropy(&task);

            firstGradient ??= logits.Span.ToArray();
            firstLosses ??= losses.Span.ToArray();
            Assert.True(Bits.Same(firstGradient, logits.Span), width.ToString());
            Assert.True(Bits.Same(firstLosses, losses.Span), width.ToString());
            Assert.All(logits.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
            Assert.All(losses.Span.ToArray(), value => Assert.True(float.IsFinite(value) && value >= 0));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(33)]
    public void Gradients_add_element_by_element_also_onto_themselves(int count)
    {
        var random = new Random(count);
        var a = Enumerable.Range(0, count).Select(_ => random.NextSingle()).ToArray();
        var b = Enumerable.Range(0, count).Select(_ => random.NextSingle()).ToArray();
        var expected = a.Zip(b, (x, y) => x + y).ToArray();
        GradientSum.Add(a, b, a);
        Assert.True(Bits.Same(expected, a));
        Assert.Throws<ArgumentException>(() => GradientSum.Add(a, b, new float[count + 1]));
    }

    [Fact]
    public void Rounding_to_bfloat16_goes_to_the_nearest_and_ties_to_even()
    {
        (uint From, uint To)[] cases =
        [
            (0x3f800000, 0x3f800000), (0x3f808000, 0x3f800000), (0x3f808001, 0x3f810000), (0x3f818000, 0x3f820000), (0x3f817fff, 0x3f810000),
            (0xbf808001, 0xbf810000), (0x80000000, 0x80000000), (0x7f7fffff, 0x7f800000), (0x7f800000, 0x7f800000), (0xff800000, 0xff800000),
            (0x7f800001, 0x7fc00000), (0x00008000, 0x00000000), (0x00018000, 0x00020000),
        ];
        foreach (var repeat in new[] { 1, 3 })
        {
            var values = Enumerable.Repeat(cases, repeat).SelectMany(c => c).Select(c => BitConverter.UInt32BitsToSingle(c.From)).ToArray();
            GradientSum.RoundToBFloat16(values);
            for (var i = 0; i < values.Length; i++) Assert.Equal(cases[i % cases.Length].To, BitConverter.SingleToUInt32Bits(values[i]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1037)]
    public void Bfloat16_sums_are_rounded_sums_and_travel_as_upper_halves_also_within_their_own_memory(int count)
    {
        var random = new Random(count);
        var (a, b) = (new float[count], new float[count]);
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan())); // any bits
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan()));
        var expected = a.Zip(b, (x, y) => x + y).ToArray();
        GradientSum.RoundToBFloat16(expected);
        GradientSum.AddToBFloat16(a, b, a);
        for (var i = 0; i < count; i++)
            Assert.True(BitConverter.SingleToUInt32Bits(expected[i]) == BitConverter.SingleToUInt32Bits(a[i]) || (float.IsNaN(expected[i]) && float.IsNaN(a[i])));

        var memory = new float[count];
        var halves = System.Runtime.InteropServices.MemoryMarshal.Cast<float, ushort>(memory.AsSpan())[count..];
        GradientSum.PackBFloat16(a, halves);
        GradientSum.UnpackBFloat16(halves, memory);
        Assert.True(Bits.Same(a, memory));
        Assert.Throws<ArgumentException>(() => GradientSum.AddToBFloat16(a, b, new float[count + 1]));
        Assert.Throws<ArgumentException>(() => GradientSum.PackBFloat16(a, new ushort[count + 1]));
        Assert.Throws<ArgumentException>(() => GradientSum.UnpackBFloat16(new ushort[count + 1], memory));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(3_000_000)]
    public void Aligned_buffers_start_on_a_cache_line_and_hold_zeros(int length)
    {
        var buffer = new AlignedBuffer(length);
        Assert.Equal(0, (nint)buffer.Pointer % 64);
        Assert.Equal(length, buffer.Length);
        Assert.Equal(length, buffer.Memory.Length);
        Assert.True(buffer.Span.IndexOfAnyExcept(0f) < 0);
        GC.Collect();
        fixed (float* first = buffer.Span) Assert.True(length == 0 || first == buffer.Pointer);
    }

    private static float[] Inputs()
    {
        var random = new Random(3);
        var inputs = new float[Count];
        foreach (ref var value in inputs.AsSpan()) value = (random.NextSingle() * 2 - 1) * 12;
        float[] special = [0, -0f, float.Epsilon, -float.Epsilon, 1e-30f, 100, -100, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, 0.625f, 0.92773437f];
        special.CopyTo(inputs, 0);
        return inputs;
    }

    private static (float[] Values, float[] Derivatives) Run(Activation activation, float[] inputs, KernelWidth width)
    {
        var values = new AlignedBuffer(inputs.Length);
        var derivatives = new AlignedBuffer(inputs.Length);
        inputs.CopyTo(values.Span);
        Kernels.For(width).Activate(activation, values.Pointer, derivatives.Pointer, inputs.Length);
        return (values.Span.ToArray(), derivatives.Span.ToArray());
    }
}
