namespace Distributed.Protocol.Planning;

/// <summary>
/// Divides the flat parameter vector into blocks: contiguous ranges of nearly equal length that begin at multiples of 16 floats (one cache line).
/// Optimizers work element by element, so the division changes no bit.
/// </summary>
internal sealed class BlockLayout
{
    /// <summary>Maximum number of blocks per job.</summary>
    public const int MaximumBlocks = 256;

    private const int Line = 16;
    private readonly IndexRange[] _ranges;

    /// <summary>
    /// Divides <paramref name="parameters"/> into at most <paramref name="blocks"/> ranges; fewer when there are fewer cache lines.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No parameters, or a number of blocks outside 1 … <see cref="MaximumBlocks"/>.</exception>
    public BlockLayout(int parameters, int blocks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, MaximumBlocks);
        ParameterCount = parameters;
        var lines = (parameters + Line - 1) / Line;
        var count = Math.Min(blocks, lines);
        _ranges = new IndexRange[count];
        for (var i = 0; i < count; i++)
        {
            var start = (int)((long)lines * i / count) * Line;
            var end = Math.Min(parameters, (int)((long)lines * (i + 1) / count) * Line);
            _ranges[i] = new IndexRange(start, end - start);
        }
    }

    /// <summary>Length of the flat parameter vector.</summary>
    public int ParameterCount { get; }

    /// <summary>K: the number of blocks.</summary>
    public int Count => _ranges.Length;

    /// <summary>A block's range of the flat vector.</summary>
    public IndexRange this[int block] => _ranges[block];
}
