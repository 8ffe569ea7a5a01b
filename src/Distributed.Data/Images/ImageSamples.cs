using Distributed.Data.Encodings;
using Distributed.Data.Samples;

namespace Distributed.Data.Images;

/// <summary>
/// Labelled images, kept as bytes (a quarter of float32) and scaled when a mini-batch asks for them. Several parts may share one set
/// of pixels.
/// </summary>
internal sealed class ImageSamples : ISampleSource
{
    private readonly ImageEncoding _encoding;
    private readonly byte[] _pixels;
    private readonly int[] _labels;
    private readonly int[]? _rows;

    /// <summary>Makes a source.</summary>
    /// <param name="encoding">The images' shape and scale.</param>
    /// <param name="pixels">[images × pixels].</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="rows">Which images belong to this part; null: all.</param>
    public ImageSamples(ImageEncoding encoding, byte[] pixels, int[] labels, int classes, int[]? rows = null)
    {
        _encoding = encoding;
        _pixels = pixels;
        _labels = labels;
        _rows = rows;
        Rows = rows?.Length ?? labels.Length;
        Inputs = encoding.Pixels;
        Outputs = classes;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public bool IsClassification => true;

    /// <inheritdoc/>
    public int Outputs { get; }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<int> rows, Span<float> inputs, Span<int> labels, Span<float> targets)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + CacheLines.RowsAhead < rows.Length) Prefetch(rows[i + CacheLines.RowsAhead]);
            var row = rows[i];
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows, nameof(rows));
            var image = ImageOf(row);
            _encoding.Encode(PixelsOf(image), inputs.Slice(i * Inputs, Inputs));
            labels[i] = _labels[image];
        }
    }

    private int ImageOf(int row) => _rows is null ? row : _rows[row];

    private ReadOnlySpan<byte> PixelsOf(int image) => _pixels.AsSpan(image * Inputs, Inputs);

    private void Prefetch(int row)
    {
        if ((uint)row >= (uint)Rows) return; // refused when its turn comes
        var image = ImageOf(row);
        CacheLines.Prefetch(PixelsOf(image));
        CacheLines.Prefetch<int>(_labels.AsSpan(image, 1));
    }
}
