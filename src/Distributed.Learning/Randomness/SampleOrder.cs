using System.Numerics;

namespace Distributed.Learning.Randomness;

/// <summary>
/// The order in which an epoch visits the training samples: a permutation of [0, <see cref="Count"/>) that (seed, epoch, count)
/// alone decides, and of which any position is computed alone, without an array.
/// </summary>
/// <remarks>
/// A keyed Feistel network permutes the numbers of 2·h bits, where 2²ʰ is the smallest such power of at least
/// <see cref="Count"/>; a result outside [0, Count) is permuted again until it falls inside (cycle walking: J. Black, P. Rogaway,
/// "Ciphers with arbitrary finite domains", 2002), at most four times on average. Eight rounds, each with a SplitMix64 mix as its
/// round function. Integer arithmetic only.
/// </remarks>
public readonly struct SampleOrder
{
    private const int Rounds = 8;

    private readonly ulong _key;
    private readonly int _halfBits;
    private readonly uint _halfMask;

    /// <summary>Creates the order of one epoch.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="count">The number of samples, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the count is negative.</exception>
    public SampleOrder(ulong seed, int epoch, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        var bits = count <= 1 ? 1 : 32 - BitOperations.LeadingZeroCount((uint)(count - 1));
        _halfBits = (bits + 1) / 2;
        _halfMask = (1u << _halfBits) - 1;
        _key = StreamKey.Of(seed, StreamPurpose.SampleOrder, epoch, count);
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The sample that is visited at a position.</summary>
    /// <param name="position">The position in the epoch, in [0, <see cref="Count"/>).</param>
    /// <returns>The row of the sample, in [0, <see cref="Count"/>); each row has exactly one position.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside [0, <see cref="Count"/>).</exception>
    public int this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            // The walk stays on the cycle of position, which contains position itself: it ends.
            var value = (uint)position;
            do
                value = Permute(value);
            while (value >= (uint)Count);
            return (int)value;
        }
    }

    /// <summary>Fills a run of consecutive positions.</summary>
    /// <param name="first">The first position.</param>
    /// <param name="rows">Receives the samples at first, first + 1, ….</param>
    /// <exception cref="ArgumentOutOfRangeException">The run leaves [0, <see cref="Count"/>).</exception>
    public void CopyTo(int first, Span<int> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Count - rows.Length);
        for (var i = CopyVectors(first, rows); i < rows.Length; i++)
            rows[i] = this[first + i];
    }

    /// <summary>Several positions at once: <see cref="this[int]"/> with the walks of all lanes side by side. Returns how many were filled.</summary>
    private int CopyVectors(int first, Span<int> rows)
    {
        var count = new Vector<ulong>((ulong)Count);
        var done = 0;
        for (; done <= rows.Length - Vector<ulong>.Count; done += Vector<ulong>.Count)
        {
            var positions = new Vector<ulong>((ulong)(first + done)) + Vector<ulong>.Indices;
            var values = Permute(positions);
            for (var outside = Vector.GreaterThanOrEqual(values, count); outside != Vector<ulong>.Zero; outside = Vector.GreaterThanOrEqual(values, count))
                values = Vector.ConditionalSelect(outside, Permute(values), values);
            for (var lane = 0; lane < Vector<ulong>.Count; lane++) rows[done + lane] = (int)values[lane];
        }
        return done;
    }

    private Vector<ulong> Permute(Vector<ulong> value)
    {
        var mask = new Vector<ulong>(_halfMask);
        var left = value >>> _halfBits;
        var right = value & mask;
        var roundKey = _key;
        for (var round = 0; round < Rounds; round++)
        {
            roundKey += StreamKey.Golden;
            var mixed = (StreamKey.Mix(new Vector<ulong>(roundKey) ^ right) >>> 32) & mask;
            (left, right) = (right, left ^ mixed);
        }

        return (left << _halfBits) | right;
    }

    private uint Permute(uint value)
    {
        var left = value >> _halfBits;
        var right = value & _halfMask;
        var roundKey = _key;
        for (var round = 0; round < Rounds; round++)
        {
            roundKey += StreamKey.Golden;
            var mixed = (uint)(StreamKey.Mix(roundKey ^ right) >> 32) & _halfMask;
            (left, right) = (right, left ^ mixed);
        }

        return (left << _halfBits) | right;
    }
}
