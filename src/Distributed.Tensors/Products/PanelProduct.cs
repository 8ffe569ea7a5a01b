using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Products;

/// <summary>Cuts a product into blocks that fit the caches, and the blocks into register tiles.</summary>
internal static unsafe class PanelProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int MostRows = BlockSizes.Rows + 2 * Strips.Height;

    // Registers of 512 bits come in numbers of 32.
    private static bool HasTwins => TLanes.Count == Panel.Width;

    /// <summary>Computes the product.</summary>
    public static void Run(ProductTask* product)
    {
        if (product->Rows == 0 || product->Columns == 0) return;
        if (product->Depth == 0)
        {
            if (!product->Accumulate) Clear(product);
            return;
        }

        var whole = product->CPadded ? Panel.Count(product->Columns) : product->Columns / Panel.Width;
        if (whole > 0) RunBlocks(product, 0, product->Rows, product->C, product->CRow, 0, whole);
        if (!product->CPadded && product->Columns % Panel.Width != 0) RunEdge(product, whole);
    }

    private static void RunBlocks(ProductTask* product, int rowFrom, int rowTo, float* c, nint cRow, int panelFrom, int panelTo)
    {
        var depth = product->Depth;
        var most = TLanes.Count > Panel.Width / 2 ? BlockSizes.WideDepth : BlockSizes.Depth;
        most += most / 8;
        var blocks = (depth + most - 1) / most;
        var blockDepth = Panel.Count((depth + blocks - 1) / blocks) * Panel.Width;

        var rowBlock = product->Packing != null ? BlockSizes.PackedRows : BlockSizes.Rows;

        TileTask task;
        task.GroupDepth = product->GroupJump == 0 || product->Packing != null ? nint.MaxValue : Panel.Width;
        task.GroupJump = product->GroupJump;
        task.RowStride = product->PackedStrips || product->Packing != null ? 1 : product->RowStride;
        task.DepthStride = product->DepthStride;
        task.PanelSecond = TLanes.Count < Panel.Width ? TLanes.Count : product->BPanel;
        task.CRow = cRow;
        task.CSecond = TLanes.Count < Panel.Width ? TLanes.Count : product->CPanel;
        task.GateOffset = product->Gate == null ? 0 : (nint)(product->Gate - product->C);

        for (var p = 0; p < depth; p += blockDepth)
        {
            task.Depth = Math.Min(blockDepth, depth - p);
            task.Accumulate = product->Accumulate || p > 0;
            var last = p + task.Depth == depth;
            task.Epilogue = last ? product->Epilogue : TileEpilogue.Store;
            task.Health = last ? product->Health : null;
            for (var r = rowFrom; r < rowTo;)
            {
                var end = r + rowBlock + 2 * Strips.Height > rowTo ? rowTo : r + rowBlock;
                if (product->Packing != null) Pack(product, &task, p, r, end);
                RunBlock(product, &task, p, r, end, c, panelFrom, panelTo);
                r = end;
            }
        }
    }

    /// <summary>Packs one block of A into strips.</summary>
    private static void Pack(ProductTask* product, TileTask* task, int depthFrom, int rowFrom, int rowTo)
    {
        var below = product->Rows - rowTo;
        var source = product->A + rowFrom * product->RowStride + depthFrom * product->DepthStride + depthFrom / Panel.Width * product->GroupJump;
        var depth = (int)task->Depth;
        if (product->RowStride == 1)
        {
            StripPacking.PackRows(source, product->DepthStride, rowTo - rowFrom, below, depth, product->Packing);
            return;
        }

        var group = product->GroupJump == 0 ? depth : Panel.Width;
        var groupStride = Panel.Width + product->GroupJump;
        StripPacking.PackColumns(source, product->RowStride, group, groupStride, rowTo - rowFrom, below, depth, product->Packing);
    }

    /// <summary>One block of A against all panels.</summary>
    private static void RunBlock(ProductTask* product, TileTask* task, int depthFrom, int rowFrom, int rowTo, float* c, int panelFrom, int panelTo)
    {
        var step = TLanes.Count < Panel.Width ? 1 : 2;
        var packed = product->PackedStrips || product->Packing != null;
        var stripSize = Strips.Height * (product->PackedStrips ? product->Depth : task->Depth);
        var group = Math.Max(1, BlockSizes.PanelBytes / (int)(task->Depth * Panel.Width * sizeof(float)) / step) * step;
        for (var first = panelFrom; first < panelTo; first += group)
        {
            var last = Math.Min(first + group, panelTo);
            for (var r = rowFrom; r < rowTo;)
            {
                // Near the end of A the cut looks at what is left of all rows, so that packing and product agree.
                var height = Strips.HeightOf(product->Rows - r);
                var twin = HasTwins && packed && height == Strips.Height && r + height < rowTo
                    && Strips.HeightOf(product->Rows - r - height) == Strips.Height;
                float* a;
                if (product->PackedStrips)
                {
                    task->DepthStride = height;
                    a = product->A + (nint)r * product->Depth + (nint)depthFrom * height;
                }
                else if (product->Packing != null)
                {
                    task->DepthStride = height;
                    a = product->Packing + (r - rowFrom) * task->Depth;
                }
                else
                {
                    a = product->A + r * product->RowStride + depthFrom * product->DepthStride + depthFrom / Panel.Width * product->GroupJump;
                }

                for (var panel = first; panel < last; panel += step)
                {
                    var b = product->B + panel * product->BPanel + (nint)depthFrom * Panel.Width;
                    var columns = Math.Min(product->Columns - panel * Panel.Width, Math.Min(step, last - panel) * Panel.Width);
                    var tile = c + panel * product->CPanel + r * task->CRow;
                    var bias = product->Bias + r;
                    if (twin)
                    {
                        if (columns > TLanes.Count) TwinTileKernel<TLanes, TVector>.Run(a, a + stripSize, b, tile, bias, task);
                        else
                        {
                            TileKernel<TLanes, TVector>.Run<Six, One>(a, b, tile, bias, task);
                            TileKernel<TLanes, TVector>.Run<Six, One>(a + stripSize, b, tile + height * task->CRow, bias + height, task);
                        }

                        continue;
                    }

                    for (var column = 0; column < columns; column += 2 * TLanes.Count)
                    {
                        if (columns - column > TLanes.Count) RunTile<Two>(height, a, b + column, tile + column, bias, task);
                        else RunTile<One>(height, a, b + column, tile + column, bias, task);
                    }
                }

                r += twin ? 2 * height : height;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTile<TColumns>(int height, float* a, float* b, float* c, float* bias, TileTask* task)
        where TColumns : struct, ITileCount
    {
        switch (height)
        {
            case 6: TileKernel<TLanes, TVector>.Run<Six, TColumns>(a, b, c, bias, task); break;
            case 5: TileKernel<TLanes, TVector>.Run<Five, TColumns>(a, b, c, bias, task); break;
            case 4: TileKernel<TLanes, TVector>.Run<Four, TColumns>(a, b, c, bias, task); break;
            case 3: TileKernel<TLanes, TVector>.Run<Three, TColumns>(a, b, c, bias, task); break;
            case 2: TileKernel<TLanes, TVector>.Run<Two, TColumns>(a, b, c, bias, task); break;
            default: TileKernel<TLanes, TVector>.Run<One, TColumns>(a, b, c, bias, task); break;
        }
    }

    /// <summary>The last columns of a row-major C, less than a panel: through a scratch block that has room for a whole one.</summary>
    [SkipLocalsInit]
    private static void RunEdge(ProductTask* product, int panel)
    {
        var scratch = stackalloc float[MostRows * Panel.Width];
        var columns = product->Columns - panel * Panel.Width;
        for (var r = 0; r < product->Rows;)
        {
            var end = r + MostRows > product->Rows ? product->Rows : r + BlockSizes.Rows;
            var c = product->C + panel * product->CPanel + r * product->CRow;
            if (product->Accumulate) CopyColumns(c, product->CRow, scratch, Panel.Width, end - r, columns);

            // The scratch block takes the place where C has rows r … end of this panel.
            RunBlocks(product, r, end, scratch - r * Panel.Width - panel * product->CPanel, Panel.Width, panel, panel + 1);
            CopyColumns(scratch, Panel.Width, c, product->CRow, end - r, columns);
            r = end;
        }
    }

    /// <summary>The empty sum, for the columns that exist.</summary>
    private static void Clear(ProductTask* product)
    {
        for (var r = 0; r < product->Rows; r++)
        {
            for (var column = 0; column < product->Columns; column++)
            {
                product->C[r * product->CRow + column / Panel.Width * product->CPanel + column % Panel.Width] = 0;
            }
        }
    }

    private static void CopyColumns(float* source, nint sourceRow, float* target, nint targetRow, int rows, int columns)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var i = 0; i < columns; i++) target[i] = source[i];
            source += sourceRow;
            target += targetRow;
        }
    }
}
