namespace Distributed.Tensors.Panels;

/// <summary>
/// The layout that kernels work in: a matrix [rows × columns] is kept in panels of 16 columns, panel after panel, each panel row by
/// row: element (r, c) lies at (c / 16) · rows · 16 + r · 16 + c % 16. For activations a column is a sample and a row a feature, so
/// a register holds the same feature of several samples and nothing is ever summed across a register's lanes.
/// </summary>
public static class Panel
{
    /// <summary>Columns of a panel: one cache line of floats. The same on every machine.</summary>
    public const int Width = 16;

    /// <summary>Number of panels for a number of columns.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;

    /// <summary>Floats that a matrix takes in panels; the last panel's missing columns are padding.</summary>
    public static int Size(int rows, int columns) => checked(rows * Count(columns) * Width);
}
