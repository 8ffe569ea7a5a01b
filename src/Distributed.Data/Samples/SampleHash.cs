using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Distributed.Data.Samples;

/// <summary>
/// The fingerprint of encoded samples: SHA-256, in lower-case hex, over this canonical byte form. It depends on the numbers that
/// reach the network and on nothing else (not on file names, memory layout or byte order of the machine).
/// </summary>
/// <remarks>
/// <para>The ASCII text <c>distributed-samples-1</c> and a line feed; then the training part; then the validation part, if any.</para>
/// <para>
/// A part: three little-endian int32 (rows, inputs, outputs) and one (1 = classes, 0 = target values); then per row the inputs as
/// little-endian float32, followed by the class as little-endian int32 or the target values as little-endian float32.
/// </para>
/// <para>
/// Where samples have weights, the text is <c>distributed-samples-2</c>, and each row ends with its weight as little-endian float32.
/// </para>
/// </remarks>
public static class SampleHash
{
    private const int RowsAtOnce = 256;

    /// <summary>Computes the fingerprint.</summary>
    /// <param name="training">The training part.</param>
    /// <param name="validation">The validation part, if any.</param>
    /// <returns>64 hexadecimal digits, lower case.</returns>
    public static string Compute(ISampleSource training, ISampleSource? validation)
    {
        ArgumentNullException.ThrowIfNull(training);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(training.HasWeights ? "distributed-samples-2\n" : "distributed-samples-1\n"));
        AppendPart(hash, training);
        if (validation is not null)
            AppendPart(hash, validation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendPart(IncrementalHash hash, ISampleSource part)
    {
        Span<int> header = [part.Rows, part.Inputs, part.Outputs, part.IsClassification ? 1 : 0];
        Append(hash, header);
        var atOnce = Math.Min(RowsAtOnce, part.Rows);
        var rows = new int[atOnce];
        var inputs = new float[atOnce * part.Inputs];
        var labels = new int[part.IsClassification ? atOnce : 0];
        var targets = new float[part.IsClassification ? 0 : atOnce * part.Outputs];
        var weights = new float[part.HasWeights ? atOnce : 0];
        for (var first = 0; first < part.Rows; first += atOnce)
        {
            var count = Math.Min(atOnce, part.Rows - first);
            for (var i = 0; i < count; i++)
                rows[i] = first + i;
            part.Gather(rows.AsSpan(0, count), inputs, labels, targets);
            if (part.HasWeights)
                part.GatherWeights(rows.AsSpan(0, count), weights);
            for (var i = 0; i < count; i++)
            {
                Append(hash, MemoryMarshal.Cast<float, int>(inputs.AsSpan(i * part.Inputs, part.Inputs)));
                Append(hash, part.IsClassification
                    ? labels.AsSpan(i, 1)
                    : MemoryMarshal.Cast<float, int>(targets.AsSpan(i * part.Outputs, part.Outputs)));
                if (part.HasWeights)
                    Append(hash, MemoryMarshal.Cast<float, int>(weights.AsSpan(i, 1)));
            }
        }
    }

    private static void Append(IncrementalHash hash, Span<int> words)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
        hash.AppendData(MemoryMarshal.AsBytes(words));
    }
}
