using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Products;

namespace Distributed.Tensors.Tests;

/// <summary>The proof that a machine computes the bits of every other one, and what it finds on machines that do not.</summary>
public sealed class MachineArithmeticTests
{
    [Fact]
    public void This_machine_computes_with_its_widest_registers() =>
        Assert.Equal(new ArithmeticVerdict(MachineKernelWidth.Widest, null, null), MachineArithmetic.Verdict);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_kernels_of_every_width_are_proven(int width) =>
        Assert.Null(KernelProof.Refute(Kernels.For((KernelWidth)width), new ScalarArithmetic()));

    [Fact]
    public void The_recorded_bits_of_the_softmax_are_those_of_scalar_lanes() =>
        Assert.Equal($"{KernelProof.SoftmaxBits:x16}", $"{KernelProof.HashOfSoftmax(Kernels.For(KernelWidth.Scalar)):x16}");

    public static TheoryData<string, string> WrongMachines => new()
    {
        { nameof(RoundsTwice), "a fused multiply-add rounds twice" },
        { nameof(RoundsUp), "not rounded to the nearest" },
        { nameof(RoundsDown), "not rounded to the nearest" },
        { nameof(RoundsToZero), "not rounded to the nearest" },
        { nameof(RoundsTiesAway), "not rounded to the nearest" },
        { nameof(FlushesResults), "subnormal results are flushed to zero" },
        { nameof(FlushesOperands), "subnormal operands count as zero" },
        { nameof(DividesByReciprocal), "quotients or square roots are not exact" },
        { nameof(KeepsMoreDigits), "numbers of double precision" },
    };

    [Theory]
    [MemberData(nameof(WrongMachines))]
    public void A_machine_with_wrong_scalar_arithmetic_is_refused_with_the_reason(string machine, string reason)
    {
        var wrong = (ScalarArithmetic)Activator.CreateInstance(typeof(MachineArithmeticTests).GetNestedType(machine, System.Reflection.BindingFlags.NonPublic)!)!;
        var verdict = MachineArithmetic.Judge(MachineKernelWidth.Widest, Kernels.For, wrong);
        Assert.Contains(reason, verdict.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', verdict.Refusal!);
        Assert.Null(verdict.Remark);
    }

    [Theory]
    [InlineData(Fault.Product, "a matrix product differs")]
    [InlineData(Fault.Scale, "a product of elements is not rounded once")]
    [InlineData(Fault.Softmax, "exponentials or quotients differ")]
    public void Wrong_vector_registers_are_not_used_and_wrong_kernels_of_every_width_are_refused(Fault fault, string reason)
    {
        var vectors = MachineArithmetic.Judge(
            KernelWidth.Bits256, width => width == KernelWidth.Scalar ? Kernels.For(width) : new FaultyKernels(Kernels.For(width), fault), new ScalarArithmetic());
        Assert.Equal((KernelWidth.Scalar, null), (vectors.Width, vectors.Refusal));
        Assert.Contains("256 bits: " + reason, vectors.Remark, StringComparison.Ordinal);

        foreach (var widest in new[] { KernelWidth.Bits256, KernelWidth.Scalar })
        {
            var all = MachineArithmetic.Judge(widest, width => new FaultyKernels(Kernels.For(width), fault), new ScalarArithmetic());
            Assert.Contains(reason, all.Refusal, StringComparison.Ordinal);
            Assert.Null(all.Remark);
        }
    }

    /// <summary>One bit of one result, wherever it is: a whole tile, the rest of one, the second panel.</summary>
    [Fact]
    public void Every_single_wrong_bit_of_a_small_product_is_found()
    {
        for (var at = 0; at < 7 * 19; at++)
            Assert.NotNull(KernelProof.Refute(new FaultyKernels(Kernels.For(MachineKernelWidth.Widest), Fault.Product, at), new ScalarArithmetic()));
    }

    public enum Fault
    {
        Product,
        Scale,
        Softmax,
    }

    /// <summary>Kernels with one wrong bit.</summary>
    private sealed unsafe class FaultyKernels(Kernels right, Fault fault, int at = 5) : Kernels
    {
        public override void Multiply(ProductTask* product)
        {
            right.Multiply(product);
            if (fault == Fault.Product) Spoil(product->C + at);
        }

        public override void Activate(Activation activation, float* values, float* derivatives, int count) => right.Activate(activation, values, derivatives, count);

        public override void Scale(float* values, float* derivatives, float* factors, int count)
        {
            right.Scale(values, derivatives, factors, count);
            if (fault == Fault.Scale) Spoil(values + at);
        }

        public override void SoftmaxCrossEntropy(SoftmaxTask* task) => right.SoftmaxCrossEntropy(task);

        public override void Softmax(float* panels, int classes, int samples)
        {
            right.Softmax(panels, classes, samples);
            if (fault == Fault.Softmax) Spoil(panels + at);
        }

        private static void Spoil(float* value) => *(int*)value ^= 1;
    }

    private sealed class RoundsTwice : ScalarArithmetic
    {
        public override float MultiplyAdd(float left, float right, float addend) => (float)((float)((double)left * right) + (double)addend);
    }

    private sealed class RoundsUp : ScalarArithmetic
    {
        public override float Add(float left, float right) => Directed(left, right, (value, exact) => value < exact ? MathF.BitIncrement(value) : value);
    }

    private sealed class RoundsDown : ScalarArithmetic
    {
        public override float Add(float left, float right) => Directed(left, right, (value, exact) => value > exact ? MathF.BitDecrement(value) : value);
    }

    private sealed class RoundsToZero : ScalarArithmetic
    {
        public override float Add(float left, float right) =>
            Directed(left, right, (value, exact) => Math.Abs(value) > Math.Abs(exact) ? (value > 0 ? MathF.BitDecrement(value) : MathF.BitIncrement(value)) : value);
    }

    private sealed class RoundsTiesAway : ScalarArithmetic
    {
        public override float Add(float left, float right)
        {
            var (exact, nearest) = ((double)left + right, (float)((double)left + right));
            var away = exact > 0 ? MathF.BitIncrement(nearest) : MathF.BitDecrement(nearest);
            return Math.Abs(away - exact) == Math.Abs(nearest - exact) && nearest != exact ? away : nearest;
        }
    }

    private sealed class FlushesResults : ScalarArithmetic
    {
        public override float Multiply(float left, float right) => Flushed(base.Multiply(left, right));
    }

    private sealed class FlushesOperands : ScalarArithmetic
    {
        public override float Add(float left, float right) => base.Add(Flushed(left), Flushed(right));
    }

    private sealed class DividesByReciprocal : ScalarArithmetic
    {
        public override float Divide(float left, float right) => left * MathF.BitIncrement(1 / right);
    }

    private sealed class KeepsMoreDigits : ScalarArithmetic
    {
        public override double Add(double left, double right) => Math.BitIncrement(left + right);
    }

    /// <summary>The sum of two floats in a directed mode: the sum in double precision is exact for the cases of the proof.</summary>
    private static float Directed(float left, float right, Func<float, double, float> direct) =>
        direct((float)((double)left + right), (double)left + right);

    private static float Flushed(float value) => float.IsSubnormal(value) ? 0 : value;
}
