namespace Distributed.Tensors.Products;

/// <summary>
/// One matrix product C [rows × columns] = A [rows × depth] · B [depth × columns], B in panels; strides and offsets in floats.
/// </summary>
internal unsafe struct ProductTask
{
    /// <summary>Rows of A and C.</summary>
    public int Rows;

    /// <summary>Columns of A, rows of B: the length of every chain.</summary>
    public int Depth;

    /// <summary>Columns of B and C.</summary>
    public int Columns;

    /// <summary>The left side.</summary>
    public float* A;

    /// <summary>Whether A is in strips (<see cref="StripPacking"/>); otherwise the strides tell where it is.</summary>
    public bool PackedStrips;

    /// <summary>From one row of A to the next.</summary>
    public nint RowStride;

    /// <summary>From one depth of A to the next.</summary>
    public nint DepthStride;

    /// <summary>After 16 depths A jumps by so much more; 0 when it is contiguous. For A in panels, read across samples.</summary>
    public nint GroupJump;

    /// <summary>
    /// Null, or room for a block of A (<see cref="PackingRoom"/>): A is then packed into strips block by block, on the way. It pays when
    /// A is read once and larger than the caches; one of A's strides must be 1.
    /// </summary>
    public float* Packing;

    /// <summary>Floats that <see cref="Packing"/> must have room for.</summary>
    public static int PackingRoom => (BlockSizes.PackedRows + 2 * Strips.Height) * (BlockSizes.Depth + BlockSizes.Depth / 8) + StripPacking.Slack;

    /// <summary>The right side, in panels of 16 columns.</summary>
    public float* B;

    /// <summary>From one panel of B to the next.</summary>
    public nint BPanel;

    /// <summary>The product.</summary>
    public float* C;

    /// <summary>From one row of C to the next.</summary>
    public nint CRow;

    /// <summary>From C's first 16 columns to the next 16.</summary>
    public nint CPanel;

    /// <summary>Whether C has room for whole panels; a row-major C whose columns are no multiple of 16 has not.</summary>
    public bool CPadded;

    /// <summary>Whether the chains continue from C's values.</summary>
    public bool Accumulate;

    /// <summary>What happens to a finished tile before it is stored.</summary>
    public TileEpilogue Epilogue;

    /// <summary>One value a row of C, for the epilogues that add it.</summary>
    public float* Bias;

    /// <summary>The gate, in C's layout, for the epilogues that have one.</summary>
    public float* Gate;

    /// <summary>Null, or 16 zeros of which one becomes NaN when an element of C is not finite.</summary>
    public float* Health;
}
