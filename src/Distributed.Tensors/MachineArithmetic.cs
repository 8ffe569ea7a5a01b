using Distributed.Tensors.Lanes;

namespace Distributed.Tensors;

/// <summary>With which registers a machine computes, and what was wrong with the others.</summary>
/// <param name="Width">The registers of the kernels.</param>
/// <param name="Remark">Why they are not the widest; null when they are.</param>
/// <param name="Refusal">Why the machine must not compute at all; null when it may.</param>
internal sealed record ArithmeticVerdict(KernelWidth Width, string? Remark, string? Refusal);

/// <summary>
/// The proof that this machine computes the bits that every other one does, made once in a process when it is first asked for. It takes a few
/// milliseconds.
/// </summary>
/// <remarks>Modes of the processor belong to a thread; threads inherit those of the thread that starts them.</remarks>
internal static class MachineArithmetic
{
    /// <summary>This machine's verdict.</summary>
    public static ArithmeticVerdict Verdict { get; } = Judge(MachineKernelWidth.Widest, Tensors.Kernels.For, new ScalarArithmetic());

    /// <summary>This machine's kernels, at the width of the verdict.</summary>
    public static Kernels Kernels { get; } = Tensors.Kernels.For(Verdict.Width);

    /// <summary>Judges a machine.</summary>
    /// <param name="widest">Its widest registers.</param>
    /// <param name="kernels">Creates the kernels of a width.</param>
    /// <param name="arithmetic">Its scalar operations.</param>
    public static ArithmeticVerdict Judge(KernelWidth widest, Func<KernelWidth, Kernels> kernels, ScalarArithmetic arithmetic)
    {
        if (ScalarProof.Refute(arithmetic) is { } wrong) return new ArithmeticVerdict(KernelWidth.Scalar, null, Refusal(wrong));
        if (KernelProof.Refute(kernels(widest), arithmetic) is not { } difference) return new ArithmeticVerdict(widest, null, null);
        if (widest == KernelWidth.Scalar || KernelProof.Refute(kernels(KernelWidth.Scalar), arithmetic) is { } worse)
            return new ArithmeticVerdict(KernelWidth.Scalar, null, Refusal(difference));
        return new ArithmeticVerdict(KernelWidth.Scalar, $"this machine's vector registers compute wrongly ({Name(widest)}: {difference}); it computes one number at a time, much slower", null);
    }

    private static string Refusal(string wrong) =>
        $"this machine does not compute as IEEE 754 says ({wrong}), so its weights would differ from those of other machines: use another machine, or report the processor";

    private static string Name(KernelWidth width) => width switch
    {
        KernelWidth.Bits128 => "128 bits",
        KernelWidth.Bits256 => "256 bits",
        KernelWidth.Bits512 => "512 bits",
        _ => "scalar",
    };
}
