using System.Numerics;
using System.Text.Json.Serialization;

namespace Distributed.Data.Encodings;

/// <summary>
/// Grey images as network inputs: each pixel standardised, row by row from the top left, with one mean and one scale for all pixels
/// of the training images. Not with a mean and scale for each pixel: many are constant there (the corners) and would need exceptions,
/// and others nearly so, which would turn a stray dot into a huge input.
/// </summary>
public sealed record ImageEncoding
{
    /// <summary>Rows of pixels, at least 1.</summary>
    public required int Height { get; init; }

    /// <summary>Pixels in a row, at least 1.</summary>
    public required int Width { get; init; }

    /// <summary>The largest pixel value that the format has, 1 to 255.</summary>
    public required int Brightest { get; init; }

    /// <summary>The mean of all pixels of the training images.</summary>
    public required float Mean { get; init; }

    /// <summary>The standard deviation of all pixels of the training images, above 0.</summary>
    public required float Scale { get; init; }

    /// <summary>Pixels of an image.</summary>
    [JsonIgnore]
    public int Pixels => checked(Height * Width);

    /// <summary>The name of a pixel where images come as the rows of a table: <c>pixel0</c> is the top left.</summary>
    public static string PixelName(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pixel{index}");

    /// <summary>Standardises one pixel: a subtraction and a division in float32.</summary>
    /// <param name="pixel">The value, 0 to <see cref="Brightest"/>.</param>
    /// <returns>(pixel − <see cref="Mean"/>) / <see cref="Scale"/>.</returns>
    public float Standardise(float pixel) => (pixel - Mean) / Scale;

    /// <summary>Standardises pixels with the operations of <see cref="Standardise(float)"/>: the same bits at every vector width.</summary>
    /// <param name="pixels">Pixel values of any number of images.</param>
    /// <param name="inputs">Receives as many inputs; may be longer.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> is too short.</exception>
    public void Encode(ReadOnlySpan<byte> pixels, Span<float> inputs)
    {
        if (inputs.Length < pixels.Length)
            throw new ArgumentException($"{pixels.Length} pixels do not fit into {inputs.Length} inputs.", nameof(inputs));
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var quarter = Vector<float>.Count;
            for (; i <= pixels.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(pixels[i..]), out var low, out var high);
                Vector.Widen(low, out var first, out var second);
                Vector.Widen(high, out var third, out var fourth);
                Standardise(first).CopyTo(inputs[i..]);
                Standardise(second).CopyTo(inputs[(i + quarter)..]);
                Standardise(third).CopyTo(inputs[(i + 2 * quarter)..]);
                Standardise(fourth).CopyTo(inputs[(i + 3 * quarter)..]);
            }
        }

        for (; i < pixels.Length; i++)
            inputs[i] = Standardise(pixels[i]);
    }

    /// <summary>Fits mean and scale in whole numbers up to the last division and root, so that no order of summing matters.</summary>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="brightest">The largest pixel value that the format has.</param>
    /// <param name="pixels">[images × height × width].</param>
    /// <param name="rows">The training images; null: all.</param>
    /// <returns>The encoding; null when all pixels are equal.</returns>
    internal static ImageEncoding? Fit(int height, int width, int brightest, ReadOnlySpan<byte> pixels, int[]? rows)
    {
        var counts = new long[256];
        if (rows is null)
            Count(pixels, counts);
        else
            foreach (var row in rows)
                Count(pixels.Slice(row * height * width, height * width), counts);

        var (n, sum, squares) = (0L, 0L, (Int128)0);
        for (var value = 0; value < counts.Length; value++)
        {
            n += counts[value];
            sum += counts[value] * value;
            squares += (Int128)counts[value] * value * value;
        }

        var deviations = n * squares - (Int128)sum * sum;
        return deviations == 0 ? null : new ImageEncoding
        {
            Height = height,
            Width = width,
            Brightest = brightest,
            Mean = (float)((double)sum / n),
            Scale = (float)(Math.Sqrt((double)deviations) / n),
        };
    }

    private static void Count(ReadOnlySpan<byte> pixels, long[] counts)
    {
        foreach (var pixel in pixels)
            counts[pixel]++;
    }

    private Vector<float> Standardise(Vector<uint> pixels) =>
        (Vector.ConvertToSingle(Vector.AsVectorInt32(pixels)) - new Vector<float>(Mean)) / new Vector<float>(Scale);
}
