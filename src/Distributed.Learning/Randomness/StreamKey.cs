using System.Numerics;

namespace Distributed.Learning.Randomness;

/// <summary>
/// Turns (seed, purpose, a, b) into 64 well-mixed bits: the SplitMix64 finaliser applied after each word is absorbed.
/// </summary>
/// <remarks>
/// Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (constants: variant 13 of
/// D. Stafford's mix, as in Vigna's splitmix64.c). Integer arithmetic modulo 2⁶⁴ only.
/// </remarks>
internal static class StreamKey
{
    /// <summary>2⁶⁴ divided by the golden ratio, odd: SplitMix64's increment.</summary>
    public const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A bijection on 64-bit words in which every input bit changes about half of the output bits.</summary>
    public static ulong Mix(ulong word)
    {
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
        return word ^ (word >> 31);
    }

    /// <summary><see cref="Mix(ulong)"/> of several words.</summary>
    public static Vector<ulong> Mix(Vector<ulong> words)
    {
        words = (words ^ (words >>> 30)) * 0xBF58476D1CE4E5B9;
        words = (words ^ (words >>> 27)) * 0x94D049BB133111EB;
        return words ^ (words >>> 31);
    }

    /// <summary>The key of a stream. Each word is absorbed between two mixes, so that the order of the words counts.</summary>
    public static ulong Of(ulong seed, StreamPurpose purpose, long a, long b)
    {
        var key = Mix(seed + Golden);
        key = Mix((key ^ (ulong)purpose) + Golden);
        key = Mix((key ^ (ulong)a) + Golden);
        return Mix((key ^ (ulong)b) + Golden);
    }
}
