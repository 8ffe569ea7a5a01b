using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Products;

/// <summary>The right side of a product, packed once into panels of 16 columns and used as often as wanted, by any number of threads.</summary>
public sealed unsafe class PackedMatrix
{
    private readonly AlignedBuffer _panels;

    /// <summary>Allocates for a matrix [depth × columns].</summary>
    /// <param name="depth">Rows of the matrix: the length of every sum.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public PackedMatrix(int depth, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Depth = depth;
        Columns = columns;
        _panels = new AlignedBuffer(Panel.Size(depth, columns));
    }

    /// <summary>Rows of the matrix.</summary>
    public int Depth { get; }

    /// <summary>Columns of the matrix.</summary>
    public int Columns { get; }

    internal float* Panels => _panels.Pointer;

    /// <summary>Packs B, or its transpose.</summary>
    /// <param name="matrix">[depth × columns] row-major; if <paramref name="transposed"/>, [columns × depth].</param>
    /// <param name="transposed">Whether <paramref name="matrix"/> holds the transpose.</param>
    /// <exception cref="ArgumentException">The length is another.</exception>
    public void Pack(ReadOnlySpan<float> matrix, bool transposed = false)
    {
        if (matrix.Length != (long)Depth * Columns) throw new ArgumentException($"[{Depth} × {Columns}] has not {matrix.Length} elements", nameof(matrix));
        fixed (float* source = matrix)
        {
            if (transposed) PanelPacking.FromColumns(source, Depth, Columns, Panels);
            else PanelPacking.FromRows(source, Depth, Columns, Panels);
        }
    }
}
