namespace Distributed.Learning.Randomness;

/// <summary>
/// Points of the unit cube that fill it evenly: a Sobol sequence, scrambled by a seed. Any point is computed alone, in integer arithmetic.
/// </summary>
/// <remarks>
/// Direction numbers: S. Joe, F. Kuo, "Constructing Sobol sequences with better two-dimensional projections", 2008 (their table
/// new-joe-kuo-6.21201, its first dimensions). Scrambling: nested uniform (Owen) by a hash, as in B. Burley, "Practical hash-based Owen
/// scrambling", 2020. It keeps the stratification: of 2ᵏ consecutive points from 0 each interval of length 2⁻ᵏ holds one, in every dimension.
/// </remarks>
internal sealed class SobolSequence
{
    /// <summary>The most dimensions.</summary>
    public const int MaximumDimensions = 21;

    private const int Bits = 32;

    /// <summary>Dimensions from the second on: the primitive polynomial's degree and inner coefficients, and the first direction numbers.</summary>
    private static readonly (int Degree, int Coefficients, uint[] First)[] Table =
    [
        (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]), (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]), (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]),
        (5, 13, [1, 1, 1, 3, 11]), (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
        (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]), (6, 25, [1, 1, 5, 5, 19, 61]),
        (7, 1, [1, 3, 7, 11, 23, 15, 103]), (7, 4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private readonly uint[][] _directions;
    private readonly uint[] _seeds;

    /// <summary>Opens the sequence.</summary>
    /// <param name="dimensions">1 to <see cref="MaximumDimensions"/>.</param>
    /// <param name="seed">Scrambles it.</param>
    public SobolSequence(int dimensions, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MaximumDimensions);
        _directions = [.. Enumerable.Range(0, dimensions).Select(Directions)];
        _seeds = [.. Enumerable.Range(0, dimensions).Select(d => (uint)(StreamKey.Of(seed, StreamPurpose.Search, -1, d) >> 32))];
    }

    /// <summary>A coordinate of a point, in [0, 1).</summary>
    /// <param name="point">The point, from 0.</param>
    /// <param name="dimension">The dimension, from 0.</param>
    public double At(int point, int dimension)
    {
        var (index, sum) = ((uint)point, 0u);
        for (var bit = 0; index != 0; bit++, index >>= 1)
            if ((index & 1) != 0) sum ^= _directions[dimension][bit];
        return Scramble(sum, _seeds[dimension]) * (1.0 / (1L << Bits));
    }

    private static uint[] Directions(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0) // van der Corput's sequence
        {
            for (var bit = 0; bit < Bits; bit++) directions[bit] = 1u << (Bits - 1 - bit);
            return directions;
        }
        var (degree, coefficients, first) = Table[dimension - 1];
        for (var bit = 0; bit < degree; bit++) directions[bit] = first[bit] << (Bits - 1 - bit);
        for (var bit = degree; bit < Bits; bit++)
        {
            var next = directions[bit - degree] ^ (directions[bit - degree] >> degree);
            for (var k = 1; k < degree; k++)
                if (((coefficients >> (degree - 1 - k)) & 1) != 0) next ^= directions[bit - k];
            directions[bit] = next;
        }
        return directions;
    }

    /// <summary>A bijection in which each bit is flipped by a hash of the bits above it alone (S. Laine, T. Karras, 2011, on reversed bits).</summary>
    private static uint Scramble(uint value, uint seed)
    {
        value = Reverse(value) + seed;
        value ^= value * 0x6c50b47c;
        value ^= value * 0xb82f1e52;
        value ^= value * 0xc7afe638;
        value ^= value * 0x8d22f6e6;
        return Reverse(value);
    }

    private static uint Reverse(uint value)
    {
        value = (value >> 1 & 0x5555_5555) | (value & 0x5555_5555) << 1;
        value = (value >> 2 & 0x3333_3333) | (value & 0x3333_3333) << 2;
        value = (value >> 4 & 0x0f0f_0f0f) | (value & 0x0f0f_0f0f) << 4;
        value = (value >> 8 & 0x00ff_00ff) | (value & 0x00ff_00ff) << 8;
        return value >> 16 | value << 16;
    }
}
