using System.Runtime.Intrinsics;

namespace Distributed.Tensors.Lanes;

/// <summary>Which registers the kernels use. It changes the speed and never a bit.</summary>
internal enum KernelWidth
{
    /// <summary>One float at a time.</summary>
    Scalar,

    /// <summary>128-bit registers (ARM NEON, old x86).</summary>
    Bits128,

    /// <summary>256-bit registers (AVX2 with FMA).</summary>
    Bits256,

    /// <summary>512-bit registers (AVX-512).</summary>
    Bits512,
}

/// <summary>The widest registers of the machine, with which it is fastest.</summary>
internal static class MachineKernelWidth
{
    /// <summary>The widest registers with hardware support.</summary>
    public static KernelWidth Widest { get; } =
        Vector512.IsHardwareAccelerated ? KernelWidth.Bits512
        : Vector256.IsHardwareAccelerated ? KernelWidth.Bits256
        : Vector128.IsHardwareAccelerated ? KernelWidth.Bits128
        : KernelWidth.Scalar;
}
