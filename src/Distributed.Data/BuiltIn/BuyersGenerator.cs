using System.Globalization;
using Distributed.Data.Tables;
using Distributed.Learning.Randomness;

namespace Distributed.Data.BuiltIn;

/// <summary>
/// Generates the built-in data set <c>buyers</c>: who buys an advertised car. Below <see cref="YoungestBuyer"/> the chance is 0; above it
/// rises with age and salary, and is a little higher for women.
/// </summary>
/// <remarks>
/// The chance is a straight line cut at 0 and 1, made of + − × ÷ only, so the rows are the same on every machine. All numbers come from
/// one <see cref="RandomStream"/> in the order gender, age, salary, decision.
/// </remarks>
internal static class BuyersGenerator
{
    /// <summary>The lowest age of a buyer, in years.</summary>
    public const int YoungestBuyer = 30;

    /// <summary>The seed of the built-in rows. The job's seed decides the split alone, so that every job sees the same people.</summary>
    public const ulong BuiltInSeed = 2004;

    /// <summary>The number of built-in rows.</summary>
    public const int BuiltInRows = 1_000;

    /// <summary>The header.</summary>
    public static IReadOnlyList<string> Names { get; } = ["gender", "age", "salary", "bought"];

    /// <summary>Makes the rows.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="rows">How many, at least 1.</param>
    /// <returns>The table; row i counts as line i + 2, as in a file.</returns>
    public static RawTable Generate(ulong seed, int rows)
    {
        var stream = RandomStream.For(seed, StreamPurpose.Generator);
        var columns = Names.Select(name => new RawColumn(name)).ToArray();
        for (var row = 0; row < rows; row++)
        {
            var female = stream.NextInt32(2) == 1;
            var age = 18 + stream.NextInt32(48);
            var salary = 15_000 + 500 * stream.NextInt32(271);
            var bought = stream.NextDouble() < ChanceOf(age, salary, female);
            columns[0].Add(female ? "female" : "male");
            columns[1].Add(age.ToString(CultureInfo.InvariantCulture));
            columns[2].Add(salary.ToString(CultureInfo.InvariantCulture));
            columns[3].Add(bought ? "yes" : "no");
        }

        return new RawTable("buyers", columns, Names, [.. Enumerable.Range(2, rows)]);
    }

    /// <summary>The chance that a person buys.</summary>
    /// <param name="age">Years, 18 to 65.</param>
    /// <param name="salary">A year's, 15,000 to 150,000.</param>
    /// <param name="female">A woman rather than a man.</param>
    /// <returns>A probability.</returns>
    public static double ChanceOf(int age, int salary, bool female)
    {
        if (age < YoungestBuyer)
            return 0;
        var years = (age - YoungestBuyer) / 35.0;
        var money = (salary - 15_000) / 135_000.0;
        return Math.Clamp(4 * (years + money) - (female ? 2.5 : 2.75), 0, 1);
    }
}
