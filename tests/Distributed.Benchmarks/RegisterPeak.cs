using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Tensors.Lanes;

namespace Distributed.Benchmarks;

/// <summary>The most fused multiply-adds a second that one core does: twelve independent chains in registers, no memory.</summary>
internal static class RegisterPeak
{
    private const int Chains = 12;
    private const int Rounds = 200_000;

    /// <summary>Floating-point operations a second, two for each fused multiply-add.</summary>
    public static double Measure()
    {
        var (operations, seconds) = MachineKernelWidth.Widest switch
        {
            KernelWidth.Bits512 => Measure<Lanes512, Vector512<float>>(),
            KernelWidth.Bits256 => Measure<Lanes256, Vector256<float>>(),
            KernelWidth.Bits128 => Measure<Lanes128, Vector128<float>>(),
            _ => Measure<ScalarLanes, float>(),
        };
        return operations / seconds;
    }

    private static (double Operations, double Seconds) Measure<TLanes, TVector>()
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var seconds = Timing.Best(() => Run<TLanes, TVector>(Rounds, 0.999f), 0.8, 8);
        return (2.0 * Chains * Rounds * TLanes.Count, seconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Run<TLanes, TVector>(int rounds, float factor)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var f = TLanes.Broadcast(factor);
        TVector c0 = f, c1 = f, c2 = f, c3 = f, c4 = f, c5 = f, c6 = f, c7 = f, c8 = f, c9 = f, c10 = f, c11 = f;
        do
        {
            c0 = TLanes.MultiplyAdd(f, f, c0);
            c1 = TLanes.MultiplyAdd(f, f, c1);
            c2 = TLanes.MultiplyAdd(f, f, c2);
            c3 = TLanes.MultiplyAdd(f, f, c3);
            c4 = TLanes.MultiplyAdd(f, f, c4);
            c5 = TLanes.MultiplyAdd(f, f, c5);
            c6 = TLanes.MultiplyAdd(f, f, c6);
            c7 = TLanes.MultiplyAdd(f, f, c7);
            c8 = TLanes.MultiplyAdd(f, f, c8);
            c9 = TLanes.MultiplyAdd(f, f, c9);
            c10 = TLanes.MultiplyAdd(f, f, c10);
            c11 = TLanes.MultiplyAdd(f, f, c11);
        }
        while (--rounds > 0);
        var sum = TLanes.Add(TLanes.Add(TLanes.Add(c0, c1), TLanes.Add(c2, c3)), TLanes.Add(TLanes.Add(c4, c5), TLanes.Add(c6, c7)));
        return TLanes.Add(sum, TLanes.Add(TLanes.Add(c8, c9), TLanes.Add(c10, c11)));
    }
}
