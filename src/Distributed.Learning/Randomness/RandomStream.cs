using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Distributed.Tensors.Mathematics;
using MathNet.Numerics.Random;

namespace Distributed.Learning.Randomness;

/// <summary>
/// A stream of random numbers that (seed, purpose, a, b) alone decides: xoshiro256** (D. Blackman, S. Vigna, "Scrambled linear
/// pseudorandom number generators", 2018) as MathNet.Numerics implements it. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The generator's 256-bit state comes from a 32-bit seed, expanded by SplitMix64 inside MathNet's constructor; that seed is the
/// upper half of the SplitMix64-style mix of (seed, purpose, a, b). So there are 2³² streams: plenty to be independent for any two
/// uses, and not meant for cryptography. Only the generator's raw 64-bit outputs are used (<c>NextBytes(byte[])</c> writes them
/// little-endian, one after the other); everything derived from them is arithmetic in this file. Of MathNet's and .NET's derived
/// samplers some go through the C library's functions, and some through an inherited algorithm that is not xoshiro.
/// </para>
/// <para>
/// A construction costs about a microsecond and some hundred bytes (the base class seeds a generator of its own that is never
/// asked), so make one per shard and layer, not one per sample.
/// </para>
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of numbers, the field's term; not an I/O stream.")]
public sealed class RandomStream
{
    private const int BufferedWords = 32;

    private readonly Xoshiro256StarStar _generator;
    private readonly byte[] _buffer = new byte[BufferedWords * sizeof(ulong)];
    private int _position;

    private RandomStream(int seed)
    {
        _generator = new Xoshiro256StarStar(seed, threadSafe: false);
        _position = _buffer.Length;
    }

    /// <summary>Opens the stream of a purpose at its beginning.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="a">First coordinate within the purpose, for example the step.</param>
    /// <param name="b">Second coordinate within the purpose, for example the shard.</param>
    /// <returns>A new stream; the same arguments always give the same numbers.</returns>
    public static RandomStream For(ulong seed, StreamPurpose purpose, long a = 0, long b = 0) =>
        new((int)(StreamKey.Of(seed, purpose, a, b) >> 32));

    /// <summary>The generator's next output: 64 random bits.</summary>
    public ulong NextUInt64()
    {
        if (_position == _buffer.Length)
        {
            _generator.NextBytes(_buffer);
            _position = 0;
        }

        var word = BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_position, sizeof(ulong)));
        _position += sizeof(ulong);
        return word;
    }

    /// <summary>The upper half of the next output: 32 random bits.</summary>
    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    /// <summary>A multiple of 2⁻⁵³, uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer uniform in [0, <paramref name="bound"/>), without bias.</summary>
    /// <param name="bound">The exclusive upper bound, at least 1.</param>
    /// <returns>The integer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    /// <remarks>Source: D. Lemire, "Fast random integer generation in an interval", 2019.</remarks>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var range = (uint)bound;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var threshold = (uint)(-bound) % range;
            while ((uint)product < threshold)
                product = (ulong)NextUInt32() * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>
    /// A number of the standard normal distribution, from two outputs of the generator: √(−2·ln u)·cos(2π·v), u in (0, 1], v in [0, 1).
    /// </summary>
    /// <remarks>
    /// Source: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958. Through the project's own polynomials, so
    /// that the bits are the same on every machine. The magnitude is at most 8.57.
    /// </remarks>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2 * DeterministicMath.Log(1 - NextDouble()));
        return radius * DeterministicMath.Cos(2 * Math.PI * NextDouble());
    }
}
