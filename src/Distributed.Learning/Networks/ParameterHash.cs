using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Distributed.Learning.Networks;

/// <summary>
/// The fingerprint of trained weights: SHA-256 over the flat parameter vector as little-endian float32, layer by layer, weights
/// [inputs × outputs] row-major, then bias; lower-case hex. Also what a model's <c>weights.safetensors</c> holds behind its header.
/// </summary>
public static class ParameterHash
{
    private const int AtOnce = 1 << 16;

    /// <summary>Computes the fingerprint.</summary>
    /// <param name="parameters">The flat parameter vector.</param>
    /// <returns>64 hexadecimal digits, lower case.</returns>
    public static string Compute(ReadOnlySpan<float> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, parameters);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Takes the next parameters into a fingerprint: a vector that is read in parts need not be in memory whole.</summary>
    /// <param name="hash">A SHA-256 under way.</param>
    /// <param name="parameters">The next of the flat parameter vector.</param>
    public static void Append(IncrementalHash hash, ReadOnlySpan<float> parameters)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<int> swapped = BitConverter.IsLittleEndian ? [] : new int[Math.Min(AtOnce, parameters.Length)];
        for (var first = 0; first < parameters.Length; first += AtOnce)
        {
            var words = MemoryMarshal.Cast<float, int>(parameters.Slice(first, Math.Min(AtOnce, parameters.Length - first)));
            if (!BitConverter.IsLittleEndian)
            {
                BinaryPrimitives.ReverseEndianness(words, swapped);
                words = swapped[..words.Length];
            }

            hash.AppendData(MemoryMarshal.AsBytes(words));
        }
    }
}
