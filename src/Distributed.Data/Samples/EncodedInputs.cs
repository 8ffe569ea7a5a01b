using Distributed.Data.Encodings;

namespace Distributed.Data.Samples;

/// <summary>Encoded rows without targets, for predictions.</summary>
public sealed class EncodedInputs
{
    private readonly float[] _features = [];
    private readonly byte[] _pixels = [];
    private readonly ImageEncoding? _image;

    internal EncodedInputs(int rows, int inputs, float[] features)
    {
        Rows = rows;
        Inputs = inputs;
        _features = features;
    }

    internal EncodedInputs(int rows, ImageEncoding image, byte[] pixels)
    {
        Rows = rows;
        Inputs = image.Pixels;
        _image = image;
        _pixels = pixels;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>Network inputs of a row.</summary>
    public int Inputs { get; }

    /// <summary>Copies consecutive rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="inputs">Receives [count × <see cref="Inputs"/>]; may be longer.</param>
    /// <exception cref="ArgumentException">The rows are not all there, or the receiving span is too short.</exception>
    public void CopyTo(int first, int count, Span<float> inputs)
    {
        if (_image is null)
            _features.AsSpan(first * Inputs, count * Inputs).CopyTo(inputs);
        else
            _image.Encode(_pixels.AsSpan(first * Inputs, count * Inputs), inputs);
    }
}
