using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Products;

/// <summary>
/// The register tile: up to 6 rows × 2 registers of C, each element one chain of fused multiply-adds in ascending depth.
/// A leaf: any call in here would make the compiler spill the accumulators inside the loop.
/// </summary>
internal static unsafe class TileKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Computes one tile.</summary>
    /// <param name="a">First element of the tile's rows; element (row, p) lies at row · RowStride + p · DepthStride.</param>
    /// <param name="b">First register of the panel of B; depth p lies 16 · p floats on.</param>
    /// <param name="c">First element of the tile in C.</param>
    /// <param name="bias">One value a row, for the epilogues that add it.</param>
    /// <param name="task">What all tiles of a product share.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TRows, TColumns>(float* a, float* b, float* c, float* bias, TileTask* task)
        where TRows : struct, ITileCount
        where TColumns : struct, ITileCount
    {
        var rowStride = task->RowStride;
        var rowStride2 = rowStride * 2;
        var depthStride = task->DepthStride;
        var second = task->PanelSecond;
        var a3 = a + 3 * rowStride;
        TVector c00 = default, c01 = default;
        TVector c10 = default, c11 = default;
        TVector c20 = default, c21 = default;
        TVector c30 = default, c31 = default;
        TVector c40 = default, c41 = default;
        TVector c50 = default, c51 = default;

        if (task->Accumulate)
        {
            if (TRows.Value > 0) Load<TColumns>(c + 0 * task->CRow, task->CSecond, ref c00, ref c01);
            if (TRows.Value > 1) Load<TColumns>(c + 1 * task->CRow, task->CSecond, ref c10, ref c11);
            if (TRows.Value > 2) Load<TColumns>(c + 2 * task->CRow, task->CSecond, ref c20, ref c21);
            if (TRows.Value > 3) Load<TColumns>(c + 3 * task->CRow, task->CSecond, ref c30, ref c31);
            if (TRows.Value > 4) Load<TColumns>(c + 4 * task->CRow, task->CSecond, ref c40, ref c41);
            if (TRows.Value > 5) Load<TColumns>(c + 5 * task->CRow, task->CSecond, ref c50, ref c51);
        }

        var left = task->Depth;
        while (true)
        {
            var run = left < task->GroupDepth ? left : task->GroupDepth;
            left -= run;
            do
            {
                Step<TRows, TColumns>(
                    a, a3, rowStride, rowStride2, b, second,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                a += depthStride;
                a3 += depthStride;
                b += Panel.Width;
            }
            while (--run > 0);

            if (left <= 0) break;
            a += task->GroupJump;
            a3 += task->GroupJump;
        }

        var row = task->CRow;
        var next = task->CSecond;
        var gate = c + task->GateOffset;
        switch (task->Epilogue)
        {
            case TileEpilogue.AddBias:
                if (TRows.Value > 0) AddBias<TColumns>(bias[0], ref c00, ref c01);
                if (TRows.Value > 1) AddBias<TColumns>(bias[1], ref c10, ref c11);
                if (TRows.Value > 2) AddBias<TColumns>(bias[2], ref c20, ref c21);
                if (TRows.Value > 3) AddBias<TColumns>(bias[3], ref c30, ref c31);
                if (TRows.Value > 4) AddBias<TColumns>(bias[4], ref c40, ref c41);
                if (TRows.Value > 5) AddBias<TColumns>(bias[5], ref c50, ref c51);
                break;
            case TileEpilogue.AddBiasRelu:
                if (TRows.Value > 0) AddBiasRelu<TColumns>(bias[0], ref c00, ref c01);
                if (TRows.Value > 1) AddBiasRelu<TColumns>(bias[1], ref c10, ref c11);
                if (TRows.Value > 2) AddBiasRelu<TColumns>(bias[2], ref c20, ref c21);
                if (TRows.Value > 3) AddBiasRelu<TColumns>(bias[3], ref c30, ref c31);
                if (TRows.Value > 4) AddBiasRelu<TColumns>(bias[4], ref c40, ref c41);
                if (TRows.Value > 5) AddBiasRelu<TColumns>(bias[5], ref c50, ref c51);
                break;
            case TileEpilogue.GateRelu:
                if (TRows.Value > 0) GateRelu<TColumns>(gate + 0 * row, next, ref c00, ref c01);
                if (TRows.Value > 1) GateRelu<TColumns>(gate + 1 * row, next, ref c10, ref c11);
                if (TRows.Value > 2) GateRelu<TColumns>(gate + 2 * row, next, ref c20, ref c21);
                if (TRows.Value > 3) GateRelu<TColumns>(gate + 3 * row, next, ref c30, ref c31);
                if (TRows.Value > 4) GateRelu<TColumns>(gate + 4 * row, next, ref c40, ref c41);
                if (TRows.Value > 5) GateRelu<TColumns>(gate + 5 * row, next, ref c50, ref c51);
                break;
            case TileEpilogue.MultiplyGate:
                if (TRows.Value > 0) MultiplyGate<TColumns>(gate + 0 * row, next, ref c00, ref c01);
                if (TRows.Value > 1) MultiplyGate<TColumns>(gate + 1 * row, next, ref c10, ref c11);
                if (TRows.Value > 2) MultiplyGate<TColumns>(gate + 2 * row, next, ref c20, ref c21);
                if (TRows.Value > 3) MultiplyGate<TColumns>(gate + 3 * row, next, ref c30, ref c31);
                if (TRows.Value > 4) MultiplyGate<TColumns>(gate + 4 * row, next, ref c40, ref c41);
                if (TRows.Value > 5) MultiplyGate<TColumns>(gate + 5 * row, next, ref c50, ref c51);
                break;
        }

        if (task->Health != null)
        {
            // x · 0 is 0 for what is finite and NaN for what is not.
            var health0 = TLanes.Load(task->Health);
            var health1 = TLanes.Broadcast(0f);
            if (TRows.Value > 0) Examine<TColumns>(c00, c01, ref health0, ref health1);
            if (TRows.Value > 1) Examine<TColumns>(c10, c11, ref health0, ref health1);
            if (TRows.Value > 2) Examine<TColumns>(c20, c21, ref health0, ref health1);
            if (TRows.Value > 3) Examine<TColumns>(c30, c31, ref health0, ref health1);
            if (TRows.Value > 4) Examine<TColumns>(c40, c41, ref health0, ref health1);
            if (TRows.Value > 5) Examine<TColumns>(c50, c51, ref health0, ref health1);
            TLanes.Store(task->Health, TLanes.Add(health0, health1));
        }

        if (TRows.Value > 0) Store<TColumns>(c + 0 * row, next, c00, c01);
        if (TRows.Value > 1) Store<TColumns>(c + 1 * row, next, c10, c11);
        if (TRows.Value > 2) Store<TColumns>(c + 2 * row, next, c20, c21);
        if (TRows.Value > 3) Store<TColumns>(c + 3 * row, next, c30, c31);
        if (TRows.Value > 4) Store<TColumns>(c + 4 * row, next, c40, c41);
        if (TRows.Value > 5) Store<TColumns>(c + 5 * row, next, c50, c51);
    }

    /// <summary>One depth: two registers of B against up to six broadcast elements of A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows, TColumns>(
        float* a, float* a3, nint rowStride, nint rowStride2, float* b, nint second,
        ref TVector c00, ref TVector c01,
        ref TVector c10, ref TVector c11,
        ref TVector c20, ref TVector c21,
        ref TVector c30, ref TVector c31,
        ref TVector c40, ref TVector c41,
        ref TVector c50, ref TVector c51)
        where TRows : struct, ITileCount
        where TColumns : struct, ITileCount
    {
        var b0 = TLanes.Load(b);
        var b1 = TColumns.Value > 1 ? TLanes.Load(b + second) : default;
        if (TRows.Value > 0) MultiplyAdd<TColumns>(a, b0, b1, ref c00, ref c01);
        if (TRows.Value > 1) MultiplyAdd<TColumns>(a + rowStride, b0, b1, ref c10, ref c11);
        if (TRows.Value > 2) MultiplyAdd<TColumns>(a + rowStride2, b0, b1, ref c20, ref c21);
        if (TRows.Value > 3) MultiplyAdd<TColumns>(a3, b0, b1, ref c30, ref c31);
        if (TRows.Value > 4) MultiplyAdd<TColumns>(a3 + rowStride, b0, b1, ref c40, ref c41);
        if (TRows.Value > 5) MultiplyAdd<TColumns>(a3 + rowStride2, b0, b1, ref c50, ref c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TColumns>(float* a, TVector b0, TVector b1, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        var broadcast = TLanes.Broadcast(*a);
        c0 = TLanes.MultiplyAdd(broadcast, b0, c0);
        if (TColumns.Value > 1) c1 = TLanes.MultiplyAdd(broadcast, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load<TColumns>(float* source, nint next, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        c0 = TLanes.Load(source);
        if (TColumns.Value > 1) c1 = TLanes.Load(source + next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<TColumns>(float* target, nint next, TVector c0, TVector c1)
        where TColumns : struct, ITileCount
    {
        TLanes.Store(target, c0);
        if (TColumns.Value > 1) TLanes.Store(target + next, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddBias<TColumns>(float bias, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        var value = TLanes.Broadcast(bias);
        c0 = TLanes.Add(c0, value);
        if (TColumns.Value > 1) c1 = TLanes.Add(c1, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddBiasRelu<TColumns>(float bias, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        AddBias<TColumns>(bias, ref c0, ref c1);
        c0 = Relu(c0);
        if (TColumns.Value > 1) c1 = Relu(c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void GateRelu<TColumns>(float* gate, nint next, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        c0 = Gate(TLanes.Load(gate), c0);
        if (TColumns.Value > 1) c1 = Gate(TLanes.Load(gate + next), c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyGate<TColumns>(float* gate, nint next, ref TVector c0, ref TVector c1)
        where TColumns : struct, ITileCount
    {
        c0 = TLanes.Multiply(c0, TLanes.Load(gate));
        if (TColumns.Value > 1) c1 = TLanes.Multiply(c1, TLanes.Load(gate + next));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Examine<TColumns>(TVector c0, TVector c1, ref TVector health0, ref TVector health1)
        where TColumns : struct, ITileCount
    {
        health0 = TLanes.MultiplyAdd(c0, TLanes.Broadcast(0f), health0);
        if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c1, TLanes.Broadcast(0f), health1);
    }

    /// <summary>Keeps a NaN, as the loss must show it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Relu(TVector value)
    {
        var zero = TLanes.Broadcast(0f);
        return TLanes.Select(TLanes.LessThan(value, zero), zero, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate(TVector activation, TVector gradient) =>
        TLanes.And(TLanes.GreaterThan(activation, TLanes.Broadcast(0f)), gradient);
}
