using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Products;

/// <summary>
/// Two full strips in one register tile: 12 rows × 2 registers of C, for machines with 32 registers. Half as many loads of B, and half as many
/// calls, as two tiles of <see cref="TileKernel{TLanes, TVector}"/>; each element is the same chain. A leaf, as that is.
/// </summary>
internal static unsafe class TwinTileKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Computes one tile.</summary>
    /// <param name="a">The first strip at the tile's first depth, packed: element (row, p) lies at p · 6 + row.</param>
    /// <param name="next">The second strip there.</param>
    /// <param name="b">First register of the panel of B; depth p lies 16 · p floats on.</param>
    /// <param name="c">First element of the tile in C.</param>
    /// <param name="bias">One value a row, for the epilogues that add it.</param>
    /// <param name="task">What all tiles of a product share.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(float* a, float* next, float* b, float* c, float* bias, TileTask* task)
    {
        var row = task->CRow;
        var second = task->CSecond;
        TVector c000 = default, c001 = default;
        TVector c010 = default, c011 = default;
        TVector c020 = default, c021 = default;
        TVector c030 = default, c031 = default;
        TVector c040 = default, c041 = default;
        TVector c050 = default, c051 = default;
        TVector c060 = default, c061 = default;
        TVector c070 = default, c071 = default;
        TVector c080 = default, c081 = default;
        TVector c090 = default, c091 = default;
        TVector c100 = default, c101 = default;
        TVector c110 = default, c111 = default;

        if (task->Accumulate)
        {
            Load(c + 0 * row, second, ref c000, ref c001);
            Load(c + 1 * row, second, ref c010, ref c011);
            Load(c + 2 * row, second, ref c020, ref c021);
            Load(c + 3 * row, second, ref c030, ref c031);
            Load(c + 4 * row, second, ref c040, ref c041);
            Load(c + 5 * row, second, ref c050, ref c051);
            Load(c + 6 * row, second, ref c060, ref c061);
            Load(c + 7 * row, second, ref c070, ref c071);
            Load(c + 8 * row, second, ref c080, ref c081);
            Load(c + 9 * row, second, ref c090, ref c091);
            Load(c + 10 * row, second, ref c100, ref c101);
            Load(c + 11 * row, second, ref c110, ref c111);
        }

        var depth = task->Depth;
        var panel = task->PanelSecond;
        do
        {
            var b0 = TLanes.Load(b);
            var b1 = TLanes.Load(b + panel);
            MultiplyAdd(a[0], b0, b1, ref c000, ref c001);
            MultiplyAdd(a[1], b0, b1, ref c010, ref c011);
            MultiplyAdd(a[2], b0, b1, ref c020, ref c021);
            MultiplyAdd(a[3], b0, b1, ref c030, ref c031);
            MultiplyAdd(a[4], b0, b1, ref c040, ref c041);
            MultiplyAdd(a[5], b0, b1, ref c050, ref c051);
            MultiplyAdd(next[0], b0, b1, ref c060, ref c061);
            MultiplyAdd(next[1], b0, b1, ref c070, ref c071);
            MultiplyAdd(next[2], b0, b1, ref c080, ref c081);
            MultiplyAdd(next[3], b0, b1, ref c090, ref c091);
            MultiplyAdd(next[4], b0, b1, ref c100, ref c101);
            MultiplyAdd(next[5], b0, b1, ref c110, ref c111);
            a += Strips.Height;
            next += Strips.Height;
            b += Panel.Width;
        }
        while (--depth > 0);

        if (task->Epilogue != TileEpilogue.Store)
        {
            var gate = c + task->GateOffset;
            switch (task->Epilogue)
            {
                case TileEpilogue.AddBias:
                    AddBias(bias[0], ref c000, ref c001);
                    AddBias(bias[1], ref c010, ref c011);
                    AddBias(bias[2], ref c020, ref c021);
                    AddBias(bias[3], ref c030, ref c031);
                    AddBias(bias[4], ref c040, ref c041);
                    AddBias(bias[5], ref c050, ref c051);
                    AddBias(bias[6], ref c060, ref c061);
                    AddBias(bias[7], ref c070, ref c071);
                    AddBias(bias[8], ref c080, ref c081);
                    AddBias(bias[9], ref c090, ref c091);
                    AddBias(bias[10], ref c100, ref c101);
                    AddBias(bias[11], ref c110, ref c111);
                    break;
                case TileEpilogue.AddBiasRelu:
                    AddBiasRelu(bias[0], ref c000, ref c001);
                    AddBiasRelu(bias[1], ref c010, ref c011);
                    AddBiasRelu(bias[2], ref c020, ref c021);
                    AddBiasRelu(bias[3], ref c030, ref c031);
                    AddBiasRelu(bias[4], ref c040, ref c041);
                    AddBiasRelu(bias[5], ref c050, ref c051);
                    AddBiasRelu(bias[6], ref c060, ref c061);
                    AddBiasRelu(bias[7], ref c070, ref c071);
                    AddBiasRelu(bias[8], ref c080, ref c081);
                    AddBiasRelu(bias[9], ref c090, ref c091);
                    AddBiasRelu(bias[10], ref c100, ref c101);
                    AddBiasRelu(bias[11], ref c110, ref c111);
                    break;
                case TileEpilogue.GateRelu:
                    GateRelu(gate + 0 * row, second, ref c000, ref c001);
                    GateRelu(gate + 1 * row, second, ref c010, ref c011);
                    GateRelu(gate + 2 * row, second, ref c020, ref c021);
                    GateRelu(gate + 3 * row, second, ref c030, ref c031);
                    GateRelu(gate + 4 * row, second, ref c040, ref c041);
                    GateRelu(gate + 5 * row, second, ref c050, ref c051);
                    GateRelu(gate + 6 * row, second, ref c060, ref c061);
                    GateRelu(gate + 7 * row, second, ref c070, ref c071);
                    GateRelu(gate + 8 * row, second, ref c080, ref c081);
                    GateRelu(gate + 9 * row, second, ref c090, ref c091);
                    GateRelu(gate + 10 * row, second, ref c100, ref c101);
                    GateRelu(gate + 11 * row, second, ref c110, ref c111);
                    break;
                case TileEpilogue.MultiplyGate:
                    MultiplyGate(gate + 0 * row, second, ref c000, ref c001);
                    MultiplyGate(gate + 1 * row, second, ref c010, ref c011);
                    MultiplyGate(gate + 2 * row, second, ref c020, ref c021);
                    MultiplyGate(gate + 3 * row, second, ref c030, ref c031);
                    MultiplyGate(gate + 4 * row, second, ref c040, ref c041);
                    MultiplyGate(gate + 5 * row, second, ref c050, ref c051);
                    MultiplyGate(gate + 6 * row, second, ref c060, ref c061);
                    MultiplyGate(gate + 7 * row, second, ref c070, ref c071);
                    MultiplyGate(gate + 8 * row, second, ref c080, ref c081);
                    MultiplyGate(gate + 9 * row, second, ref c090, ref c091);
                    MultiplyGate(gate + 10 * row, second, ref c100, ref c101);
                    MultiplyGate(gate + 11 * row, second, ref c110, ref c111);
                    break;
            }
        }

        if (task->Health != null)
        {
            // x · 0 is 0 for what is finite and NaN for what is not.
            var health0 = TLanes.Load(task->Health);
            var health1 = TLanes.Broadcast(0f);
            Examine(c000, c001, ref health0, ref health1);
            Examine(c010, c011, ref health0, ref health1);
            Examine(c020, c021, ref health0, ref health1);
            Examine(c030, c031, ref health0, ref health1);
            Examine(c040, c041, ref health0, ref health1);
            Examine(c050, c051, ref health0, ref health1);
            Examine(c060, c061, ref health0, ref health1);
            Examine(c070, c071, ref health0, ref health1);
            Examine(c080, c081, ref health0, ref health1);
            Examine(c090, c091, ref health0, ref health1);
            Examine(c100, c101, ref health0, ref health1);
            Examine(c110, c111, ref health0, ref health1);
            TLanes.Store(task->Health, TLanes.Add(health0, health1));
        }

        Store(c + 0 * row, second, c000, c001);
        Store(c + 1 * row, second, c010, c011);
        Store(c + 2 * row, second, c020, c021);
        Store(c + 3 * row, second, c030, c031);
        Store(c + 4 * row, second, c040, c041);
        Store(c + 5 * row, second, c050, c051);
        Store(c + 6 * row, second, c060, c061);
        Store(c + 7 * row, second, c070, c071);
        Store(c + 8 * row, second, c080, c081);
        Store(c + 9 * row, second, c090, c091);
        Store(c + 10 * row, second, c100, c101);
        Store(c + 11 * row, second, c110, c111);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(float a, TVector b0, TVector b1, ref TVector c0, ref TVector c1)
    {
        var broadcast = TLanes.Broadcast(a);
        c0 = TLanes.MultiplyAdd(broadcast, b0, c0);
        c1 = TLanes.MultiplyAdd(broadcast, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(float* source, nint second, ref TVector c0, ref TVector c1) =>
        TileKernel<TLanes, TVector>.Load<Two>(source, second, ref c0, ref c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, nint second, TVector c0, TVector c1) =>
        TileKernel<TLanes, TVector>.Store<Two>(target, second, c0, c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBias(float bias, ref TVector c0, ref TVector c1) =>
        TileKernel<TLanes, TVector>.AddBias<Two>(bias, ref c0, ref c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBiasRelu(float bias, ref TVector c0, ref TVector c1) =>
        TileKernel<TLanes, TVector>.AddBiasRelu<Two>(bias, ref c0, ref c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GateRelu(float* gate, nint second, ref TVector c0, ref TVector c1) =>
        TileKernel<TLanes, TVector>.GateRelu<Two>(gate, second, ref c0, ref c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyGate(float* gate, nint second, ref TVector c0, ref TVector c1) =>
        TileKernel<TLanes, TVector>.MultiplyGate<Two>(gate, second, ref c0, ref c1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Examine(TVector c0, TVector c1, ref TVector health0, ref TVector health1) =>
        TileKernel<TLanes, TVector>.Examine<Two>(c0, c1, ref health0, ref health1);
}
