using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;

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
            var source = c;
            var cRow = task->CRow;
            var cSecond = task->CSecond;
            if (TRows.Value > 0)
            {
                c00 = TLanes.Load(source);
                if (TColumns.Value > 1) c01 = TLanes.Load(source + cSecond);
                source += cRow;
            }

            if (TRows.Value > 1)
            {
                c10 = TLanes.Load(source);
                if (TColumns.Value > 1) c11 = TLanes.Load(source + cSecond);
                source += cRow;
            }

            if (TRows.Value > 2)
            {
                c20 = TLanes.Load(source);
                if (TColumns.Value > 1) c21 = TLanes.Load(source + cSecond);
                source += cRow;
            }

            if (TRows.Value > 3)
            {
                c30 = TLanes.Load(source);
                if (TColumns.Value > 1) c31 = TLanes.Load(source + cSecond);
                source += cRow;
            }

            if (TRows.Value > 4)
            {
                c40 = TLanes.Load(source);
                if (TColumns.Value > 1) c41 = TLanes.Load(source + cSecond);
                source += cRow;
            }

            if (TRows.Value > 5)
            {
                c50 = TLanes.Load(source);
                if (TColumns.Value > 1) c51 = TLanes.Load(source + cSecond);
                source += cRow;
            }
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

        switch (task->Epilogue)
        {
            case TileEpilogue.AddBias:
                if (TRows.Value > 0)
                {
                    var value = TLanes.Broadcast(bias[0]);
                    c00 = TLanes.Add(c00, value);
                    if (TColumns.Value > 1) c01 = TLanes.Add(c01, value);
                }

                if (TRows.Value > 1)
                {
                    var value = TLanes.Broadcast(bias[1]);
                    c10 = TLanes.Add(c10, value);
                    if (TColumns.Value > 1) c11 = TLanes.Add(c11, value);
                }

                if (TRows.Value > 2)
                {
                    var value = TLanes.Broadcast(bias[2]);
                    c20 = TLanes.Add(c20, value);
                    if (TColumns.Value > 1) c21 = TLanes.Add(c21, value);
                }

                if (TRows.Value > 3)
                {
                    var value = TLanes.Broadcast(bias[3]);
                    c30 = TLanes.Add(c30, value);
                    if (TColumns.Value > 1) c31 = TLanes.Add(c31, value);
                }

                if (TRows.Value > 4)
                {
                    var value = TLanes.Broadcast(bias[4]);
                    c40 = TLanes.Add(c40, value);
                    if (TColumns.Value > 1) c41 = TLanes.Add(c41, value);
                }

                if (TRows.Value > 5)
                {
                    var value = TLanes.Broadcast(bias[5]);
                    c50 = TLanes.Add(c50, value);
                    if (TColumns.Value > 1) c51 = TLanes.Add(c51, value);
                }

                break;
            case TileEpilogue.AddBiasRelu:
                if (TRows.Value > 0)
                {
                    var value = TLanes.Broadcast(bias[0]);
                    c00 = Relu(TLanes.Add(c00, value));
                    if (TColumns.Value > 1) c01 = Relu(TLanes.Add(c01, value));
                }

                if (TRows.Value > 1)
                {
                    var value = TLanes.Broadcast(bias[1]);
                    c10 = Relu(TLanes.Add(c10, value));
                    if (TColumns.Value > 1) c11 = Relu(TLanes.Add(c11, value));
                }

                if (TRows.Value > 2)
                {
                    var value = TLanes.Broadcast(bias[2]);
                    c20 = Relu(TLanes.Add(c20, value));
                    if (TColumns.Value > 1) c21 = Relu(TLanes.Add(c21, value));
                }

                if (TRows.Value > 3)
                {
                    var value = TLanes.Broadcast(bias[3]);
                    c30 = Relu(TLanes.Add(c30, value));
                    if (TColumns.Value > 1) c31 = Relu(TLanes.Add(c31, value));
                }

                if (TRows.Value > 4)
                {
                    var value = TLanes.Broadcast(bias[4]);
                    c40 = Relu(TLanes.Add(c40, value));
                    if (TColumns.Value > 1) c41 = Relu(TLanes.Add(c41, value));
                }

                if (TRows.Value > 5)
                {
                    var value = TLanes.Broadcast(bias[5]);
                    c50 = Relu(TLanes.Add(c50, value));
                    if (TColumns.Value > 1) c51 = Relu(TLanes.Add(c51, value));
                }

                break;
            case TileEpilogue.GateRelu:
                {
                    var gate = c + task->GateOffset;
                    if (TRows.Value > 0)
                    {
                        c00 = Gate(TLanes.Load(gate), c00);
                        if (TColumns.Value > 1) c01 = Gate(TLanes.Load(gate + task->CSecond), c01);
                        gate += task->CRow;
                    }

                    if (TRows.Value > 1)
                    {
                        c10 = Gate(TLanes.Load(gate), c10);
                        if (TColumns.Value > 1) c11 = Gate(TLanes.Load(gate + task->CSecond), c11);
                        gate += task->CRow;
                    }

                    if (TRows.Value > 2)
                    {
                        c20 = Gate(TLanes.Load(gate), c20);
                        if (TColumns.Value > 1) c21 = Gate(TLanes.Load(gate + task->CSecond), c21);
                        gate += task->CRow;
                    }

                    if (TRows.Value > 3)
                    {
                        c30 = Gate(TLanes.Load(gate), c30);
                        if (TColumns.Value > 1) c31 = Gate(TLanes.Load(gate + task->CSecond), c31);
                        gate += task->CRow;
                    }

                    if (TRows.Value > 4)
                    {
                        c40 = Gate(TLanes.Load(gate), c40);
                        if (TColumns.Value > 1) c41 = Gate(TLanes.Load(gate + task->CSecond), c41);
                        gate += task->CRow;
                    }

                    if (TRows.Value > 5)
                    {
                        c50 = Gate(TLanes.Load(gate), c50);
                        if (TColumns.Value > 1) c51 = Gate(TLanes.Load(gate + task->CSecond), c51);
                        gate += task->CRow;
                    }

                    break;
                }

            case TileEpilogue.MultiplyGate:
                {
                    var gate = c + task->GateOffset;
                    if (TRows.Value > 0)
                    {
                        c00 = TLanes.Multiply(c00, TLanes.Load(gate));
                        if (TColumns.Value > 1) c01 = TLanes.Multiply(c01, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    if (TRows.Value > 1)
                    {
                        c10 = TLanes.Multiply(c10, TLanes.Load(gate));
                        if (TColumns.Value > 1) c11 = TLanes.Multiply(c11, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    if (TRows.Value > 2)
                    {
                        c20 = TLanes.Multiply(c20, TLanes.Load(gate));
                        if (TColumns.Value > 1) c21 = TLanes.Multiply(c21, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    if (TRows.Value > 3)
                    {
                        c30 = TLanes.Multiply(c30, TLanes.Load(gate));
                        if (TColumns.Value > 1) c31 = TLanes.Multiply(c31, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    if (TRows.Value > 4)
                    {
                        c40 = TLanes.Multiply(c40, TLanes.Load(gate));
                        if (TColumns.Value > 1) c41 = TLanes.Multiply(c41, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    if (TRows.Value > 5)
                    {
                        c50 = TLanes.Multiply(c50, TLanes.Load(gate));
                        if (TColumns.Value > 1) c51 = TLanes.Multiply(c51, TLanes.Load(gate + task->CSecond));
                        gate += task->CRow;
                    }

                    break;
                }
        }

        if (task->Health != null)
        {
            // x · 0 is 0 for what is finite and NaN for what is not.
            var zero = TLanes.Broadcast(0f);
            var health0 = TLanes.Load(task->Health);
            var health1 = zero;
            if (TRows.Value > 0)
            {
                health0 = TLanes.MultiplyAdd(c00, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c01, zero, health1);
            }

            if (TRows.Value > 1)
            {
                health0 = TLanes.MultiplyAdd(c10, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c11, zero, health1);
            }

            if (TRows.Value > 2)
            {
                health0 = TLanes.MultiplyAdd(c20, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c21, zero, health1);
            }

            if (TRows.Value > 3)
            {
                health0 = TLanes.MultiplyAdd(c30, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c31, zero, health1);
            }

            if (TRows.Value > 4)
            {
                health0 = TLanes.MultiplyAdd(c40, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c41, zero, health1);
            }

            if (TRows.Value > 5)
            {
                health0 = TLanes.MultiplyAdd(c50, zero, health0);
                if (TColumns.Value > 1) health1 = TLanes.MultiplyAdd(c51, zero, health1);
            }

            TLanes.Store(task->Health, TLanes.Add(health0, health1));
        }

        var target = c;
        var row = task->CRow;
        var next = task->CSecond;
        if (TRows.Value > 0)
        {
            TLanes.Store(target, c00);
            if (TColumns.Value > 1) TLanes.Store(target + next, c01);
            target += row;
        }

        if (TRows.Value > 1)
        {
            TLanes.Store(target, c10);
            if (TColumns.Value > 1) TLanes.Store(target + next, c11);
            target += row;
        }

        if (TRows.Value > 2)
        {
            TLanes.Store(target, c20);
            if (TColumns.Value > 1) TLanes.Store(target + next, c21);
            target += row;
        }

        if (TRows.Value > 3)
        {
            TLanes.Store(target, c30);
            if (TColumns.Value > 1) TLanes.Store(target + next, c31);
            target += row;
        }

        if (TRows.Value > 4)
        {
            TLanes.Store(target, c40);
            if (TColumns.Value > 1) TLanes.Store(target + next, c41);
            target += row;
        }

        if (TRows.Value > 5)
        {
            TLanes.Store(target, c50);
            if (TColumns.Value > 1) TLanes.Store(target + next, c51);
            target += row;
        }
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
        TVector broadcast;
        if (TRows.Value > 0)
        {
            broadcast = TLanes.Broadcast(*(a));
            c00 = TLanes.MultiplyAdd(broadcast, b0, c00);
            if (TColumns.Value > 1) c01 = TLanes.MultiplyAdd(broadcast, b1, c01);
        }

        if (TRows.Value > 1)
        {
            broadcast = TLanes.Broadcast(*(a + rowStride));
            c10 = TLanes.MultiplyAdd(broadcast, b0, c10);
            if (TColumns.Value > 1) c11 = TLanes.MultiplyAdd(broadcast, b1, c11);
        }

        if (TRows.Value > 2)
        {
            broadcast = TLanes.Broadcast(*(a + rowStride2));
            c20 = TLanes.MultiplyAdd(broadcast, b0, c20);
            if (TColumns.Value > 1) c21 = TLanes.MultiplyAdd(broadcast, b1, c21);
        }

        if (TRows.Value > 3)
        {
            broadcast = TLanes.Broadcast(*(a3));
            c30 = TLanes.MultiplyAdd(broadcast, b0, c30);
            if (TColumns.Value > 1) c31 = TLanes.MultiplyAdd(broadcast, b1, c31);
        }

        if (TRows.Value > 4)
        {
            broadcast = TLanes.Broadcast(*(a3 + rowStride));
            c40 = TLanes.MultiplyAdd(broadcast, b0, c40);
            if (TColumns.Value > 1) c41 = TLanes.MultiplyAdd(broadcast, b1, c41);
        }

        if (TRows.Value > 5)
        {
            broadcast = TLanes.Broadcast(*(a3 + rowStride2));
            c50 = TLanes.MultiplyAdd(broadcast, b0, c50);
            if (TColumns.Value > 1) c51 = TLanes.MultiplyAdd(broadcast, b1, c51);
        }
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
