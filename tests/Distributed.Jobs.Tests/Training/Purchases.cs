using System.Globalization;
using Distributed.Data.Rows;

namespace Distributed.Jobs.Tests.Training;

/// <summary>A row of the tests' table.</summary>
public sealed record Purchase(string Town, double Age, float Income, bool IsMember, [property: Text] int Branch, [property: Ignore] Guid Id, [property: Target] string Buys);

/// <summary>The tests' table, as objects and as a CSV file with the same values.</summary>
internal static class Purchases
{
    public static IReadOnlyList<Purchase> Rows { get; } = Make(240);

    /// <summary>Writes the file; the column Id is in it and has to be ignored, Branch is text.</summary>
    public static string WriteCsv(string folder)
    {
        var path = Path.Combine(folder, "purchases.csv");
        var lines = Rows.Select(row => string.Create(
            CultureInfo.InvariantCulture, $"{Quoted(row.Town)},{row.Age},{row.Income},{row.IsMember},{row.Branch},{row.Id},{row.Buys}"));
        File.WriteAllLines(path, lines.Prepend("Town,Age,Income,IsMember,Branch,Id,Buys"));
        return path;
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Purchase[] Make(int count)
    {
        var random = new Random(5);
        string[] towns = ["Ulm", "Köln, the old town", "Bad \"Ems\"", "Rhens;Rhein"];
        var rows = new Purchase[count];
        for (var i = 0; i < count; i++)
        {
            var (age, income) = (18 + random.NextDouble() * 60, (float)(1000 + random.NextDouble() * 5000));
            var town = random.Next(towns.Length);
            rows[i] = new Purchase(towns[town], age, income, random.Next(2) == 0, 100 * random.Next(3), Guid.NewGuid(), age * 60 + income + town * 400 > 7000 ? "yes" : "no");
        }
        return rows;
    }
}
