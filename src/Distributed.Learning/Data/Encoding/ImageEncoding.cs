using System.Numerics;
using System.Text.Json.Serialization;

namespace Distributed.Learning.Data;

/// <summary>
/// Grey images as network inputs: each pixel divided by one constant, row by row from the top left. Pixels are not standardised
/// column by column: many of them are constant (the corners), and the network sees the same scale everywhere.
/// </summary>
public sealed record ImageEncoding
{
    /// <summary>Rows of pixels, at least 1.</summary>
    public required int Height { get; init; }

    /// <summary>Pixels in a row, at least 1.</summary>
    public required int Width { get; init; }

    /// <summary>What a pixel value is divided by, 1 to 255: the brightest value, so that inputs lie in [0, 1].</summary>
    public required int Divisor { get; init; }

    /// <summary>Pixels of an image.</summary>
    [JsonIgnore]
    public int Pixels => checked(Height * Width);

    /// <summary>The name of a pixel where images come as the rows of a table: <c>pixel0</c> is the top left.</summary>
    public static string PixelName(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pixel{index}");

    /// <summary>Divides each pixel by <see cref="Divisor"/> (one IEEE division, the same bits at every vector width).</summary>
    /// <param name="pixels">Pixel values of any number of images.</param>
    /// <param name="inputs">Receives as many inputs; may be longer.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> is too short.</exception>
    public void Encode(ReadOnlySpan<byte> pixels, Span<float> inputs)
    {
        if (inputs.Length < pixels.Length)
            throw new ArgumentException($"{pixels.Length} pixels do not fit into {inputs.Length} inputs.", nameof(inputs));
        var divisor = (float)Divisor;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var divisors = new Vector<float>(divisor);
            var quarter = Vector<float>.Count;
            for (; i <= pixels.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(pixels[i..]), out var low, out var high);
                Vector.Widen(low, out var first, out var second);
                Vector.Widen(high, out var third, out var fourth);
                (Vector.ConvertToSingle(Vector.AsVectorInt32(first)) / divisors).CopyTo(inputs[i..]);
                (Vector.ConvertToSingle(Vector.AsVectorInt32(second)) / divisors).CopyTo(inputs[(i + quarter)..]);
                (Vector.ConvertToSingle(Vector.AsVectorInt32(third)) / divisors).CopyTo(inputs[(i + 2 * quarter)..]);
                (Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) / divisors).CopyTo(inputs[(i + 3 * quarter)..]);
            }
        }

        for (; i < pixels.Length; i++)
            inputs[i] = pixels[i] / divisor;
    }
}
