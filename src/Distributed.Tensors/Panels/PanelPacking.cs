using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Distributed.Tensors.Panels;

/// <summary>Between row-major matrices and panels (<see cref="Panel"/>).</summary>
internal static unsafe class PanelPacking
{
    private const int Block = 8;

    /// <summary>Row-major [columns × rows], a column after the other, into panels of [rows × columns]; padding becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromColumns(float* source, int rows, int columns, float* panels)
    {
        for (var panel = 0; panel < Panel.Count(columns); panel++)
        {
            var width = Math.Min(Panel.Width, columns - panel * Panel.Width);
            var target = panels + (nint)panel * rows * Panel.Width;
            var from = source + (nint)panel * Panel.Width * rows;
            var blocked = 0;
            if (width == Panel.Width && Transposition.IsSupported)
            {
                for (; blocked + Block <= rows; blocked += Block)
                {
                    Transposition.Copy(from + blocked, rows, target + blocked * Panel.Width, Panel.Width);
                    Transposition.Copy(from + (nint)Block * rows + blocked, rows, target + blocked * Panel.Width + Block, Panel.Width);
                }
            }

            for (var r = blocked; r < rows; r++)
            {
                for (var i = 0; i < Panel.Width; i++) target[r * Panel.Width + i] = i < width ? from[(nint)i * rows + r] : 0;
            }
        }
    }

    /// <summary>Row-major [rows × columns] into panels of the same matrix; padding becomes zero.</summary>
    public static void FromRows(float* source, int rows, int columns, float* panels)
    {
        for (var panel = 0; panel < Panel.Count(columns); panel++)
        {
            var width = Math.Min(Panel.Width, columns - panel * Panel.Width);
            var target = new Span<float>(panels + (nint)panel * rows * Panel.Width, rows * Panel.Width);
            for (var r = 0; r < rows; r++)
            {
                var row = target.Slice(r * Panel.Width, Panel.Width);
                new ReadOnlySpan<float>(source + (nint)r * columns + panel * Panel.Width, width).CopyTo(row);
                row[width..].Clear();
            }
        }
    }

    /// <summary>Panels of [rows × columns] into row-major [columns × rows].</summary>
    public static void ToColumns(float* panels, int rows, int columns, float* target)
    {
        for (var c = 0; c < columns; c++)
        {
            var source = panels + (nint)(c / Panel.Width) * rows * Panel.Width + c % Panel.Width;
            for (var r = 0; r < rows; r++) target[(nint)c * rows + r] = source[(nint)r * Panel.Width];
        }
    }

    /// <summary>
    /// Panels of [rows × columns] into panels of its transpose [columns × rows], padding zero, and the sum of each row over the columns,
    /// ascending, from zero: the bias gradient, when rows are neurons and columns samples.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* panels, int rows, int columns, float* transposed, float* rowSums)
    {
        var wholeColumns = Transposition.IsSupported ? columns / Block * Block : 0;
        var r = 0;
        for (; Transposition.IsSupported && r + Block <= rows; r += Block)
        {
            var target = transposed + (nint)(r / Panel.Width) * columns * Panel.Width + r % Panel.Width;
            var sum = Vector256<float>.Zero;
            for (var c = 0; c < wholeColumns; c += Block)
            {
                var source = panels + ((nint)(c / Panel.Width) * rows + r) * Panel.Width + c % Panel.Width;
                sum = Transposition.CopyAndAdd(source, Panel.Width, target + (nint)c * Panel.Width, Panel.Width, sum);
            }

            sum.Store(rowSums + r);
            for (var i = r; i < r + Block; i++) rowSums[i] = TransposeRow(panels, rows, columns, transposed, i, wholeColumns, rowSums[i]);
        }

        for (; r < rows; r++) rowSums[r] = TransposeRow(panels, rows, columns, transposed, r, 0, 0);
        if (rows % Panel.Width != 0) ClearPadding(transposed + (nint)(rows / Panel.Width) * columns * Panel.Width, rows % Panel.Width, columns);
    }

    private static float TransposeRow(float* panels, int rows, int columns, float* transposed, int r, int from, float sum)
    {
        var target = transposed + (nint)(r / Panel.Width) * columns * Panel.Width + r % Panel.Width;
        for (var c = from; c < columns; c++)
        {
            var value = panels[((nint)(c / Panel.Width) * rows + r) * Panel.Width + c % Panel.Width];
            target[(nint)c * Panel.Width] = value;
            sum += value;
        }

        return sum;
    }

    private static void ClearPadding(float* panel, int width, int rows)
    {
        for (var r = 0; r < rows; r++) new Span<float>(panel + (nint)r * Panel.Width + width, Panel.Width - width).Clear();
    }
}
