namespace Distributed.Tensors.Panels;

/// <summary>Between row-major matrices and panels (<see cref="Panel"/>).</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Row-major [columns × rows], a column after the other, into panels of [rows × columns]; padding becomes zero.</summary>
    public static void FromColumns(float* source, int rows, int columns, float* panels)
    {
        for (var panel = 0; panel < Panel.Count(columns); panel++)
        {
            var width = Math.Min(Panel.Width, columns - panel * Panel.Width);
            var target = panels + (nint)panel * rows * Panel.Width;
            var from = source + (nint)panel * Panel.Width * rows;
            for (var r = 0; r < rows; r++)
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
            var target = panels + (nint)panel * rows * Panel.Width;
            for (var r = 0; r < rows; r++)
            {
                var from = source + (nint)r * columns + panel * Panel.Width;
                for (var i = 0; i < Panel.Width; i++) target[r * Panel.Width + i] = i < width ? from[i] : 0;
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
    /// Panels of [rows × columns] into panels of its transpose [columns × rows], and the sum of each row over the columns, ascending,
    /// from zero: the bias gradient, when rows are neurons and columns samples.
    /// </summary>
    public static void Transpose(float* panels, int rows, int columns, float* transposed, float* rowSums)
    {
        for (var r = 0; r < rows; r++)
        {
            var sum = 0f;
            var target = transposed + (nint)(r / Panel.Width) * columns * Panel.Width + r % Panel.Width;
            for (var c = 0; c < columns; c++)
            {
                var value = panels[(nint)(c / Panel.Width) * rows * Panel.Width + (nint)r * Panel.Width + c % Panel.Width];
                target[(nint)c * Panel.Width] = value;
                sum += value;
            }

            rowSums[r] = sum;
        }
    }
}
