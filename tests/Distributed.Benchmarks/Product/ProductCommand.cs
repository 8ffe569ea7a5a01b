using System.Globalization;

namespace Distributed.Benchmarks.Product;

/// <summary><c>product</c>: what a person waits for, ours and each peer's in turn; writes product.csv and product.png.</summary>
internal static class ProductCommand
{
    /// <summary>Measures all cases, and prints each as soon as it is known. A peer that cannot be run is named.</summary>
    /// <param name="dtrain">The published program.</param>
    /// <param name="mnist">A folder of MNIST's IDX files, or null.</param>
    /// <param name="only">What the names of the measured cases contain.</param>
    /// <param name="rounds">How often each case is measured on each side.</param>
    /// <param name="isLarge">Also the large network and the large table.</param>
    /// <param name="folder">Receives product.csv and product.png.</param>
    /// <param name="output">Receives the table.</param>
    public static void Run(string dtrain, string? mnist, string only, int rounds, bool isLarge, string folder, TextWriter output)
    {
        using var work = new Workspace(dtrain, mnist);
        var rows = new List<ProductRow>();
        output.WriteLine($"{"",-48} {"figure",-40} {"ours",10} {"peer",10} {"ratio",7}");
        foreach (var one in ProductCases.All(isLarge).Where(one => one.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            var (ours, theirs) = (new List<IReadOnlyList<Figure>>(), new List<IReadOnlyList<Figure>>());
            try
            {
                for (var round = 0; round < Math.Min(rounds, one.Rounds); round++)
                {
                    ours.Add(one.Ours(work));
                    if (one.Theirs is { } peer && Peer(one, peer, work, round, output) is { } figures) theirs.Add(figures);
                }
            }
            catch (InvalidOperationException e)
            {
                output.WriteLine($"{one.Name}: {e.Message}");
                continue;
            }
            foreach (var row in ProductRow.Of(one, ours, theirs))
            {
                rows.Add(row);
                output.WriteLine(row.ToString());
            }
            output.Flush();
        }
        File.WriteAllLines(Path.Combine(folder, "product.csv"), rows.Select(row => row.Csv).Prepend(ProductRow.CsvHeader));
        Draw(rows, Path.Combine(folder, "product.png"));
    }

    private static IReadOnlyList<Figure>? Peer(ProductCase one, Func<Workspace, IReadOnlyList<Figure>> peer, Workspace work, int round, TextWriter output)
    {
        try
        {
            return peer(work);
        }
        catch (InvalidOperationException e)
        {
            if (round == 0) output.WriteLine($"{one.Name}: {one.Peer} is missing: {e.Message}");
            return null;
        }
    }

    /// <summary>Bars of the ratios: to the right of one, ours is faster, or smaller.</summary>
    private static void Draw(List<ProductRow> rows, string file)
    {
        var compared = rows.Where(row => row.Ratio is not null).Reverse().ToList();
        if (compared.Count == 0) return;
        var plot = new ScottPlot.Plot();
        var bars = plot.Add.Bars(Enumerable.Range(0, compared.Count).Select(i => (double)i), compared.Select(row => Math.Log2(row.Ratio!.Value)));
        bars.Horizontal = true;
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, compared.Count).Select(i => (double)i)], [.. compared.Select(row => $"{row.Case}, {row.Figure} / {row.Peer}")]);
        plot.Axes.Bottom.SetTicks([-2, -1, 0, 1, 2, 3, 4], ["1/4", "1/2", "1", "2", "4", "8", "16"]);
        plot.Title("Times better than the peer, in turn on one machine");
        plot.SavePng(file, 1100, 120 + 36 * compared.Count);
    }
}

/// <summary>A line of the table: medians of both sides.</summary>
internal sealed record ProductRow(string Case, string Figure, double Ours, string? Peer, double? Theirs, double? Ratio)
{
    /// <summary>The first line of the CSV file.</summary>
    public const string CsvHeader = "case,figure,ours,peer,theirs,ratio";

    /// <summary>As a line of the CSV file.</summary>
    public string Csv => string.Create(CultureInfo.InvariantCulture, $"\"{Case}\",\"{Figure}\",{Ours:0.####},\"{Peer}\",{Theirs:0.####},{Ratio:0.###}");

    /// <summary>The rows of a case: a figure that the peer has too gets its ratio, above 1 where ours is better.</summary>
    public static IEnumerable<ProductRow> Of(ProductCase one, List<IReadOnlyList<Figure>> ours, List<IReadOnlyList<Figure>> theirs)
    {
        foreach (var figure in ours[0])
        {
            var mine = Median(ours, figure.Name)!.Value;
            var other = Median(theirs, figure.Name);
            yield return new ProductRow(one.Name, figure.Name, mine, other is null ? null : one.Peer, other, figure.MoreIsBetter ? mine / other : other / mine);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Case,-48} {Figure,-40} {Ours,10:0.###} {Theirs,10:0.###} {Ratio,7:0.00} {Peer}").TrimEnd();

    private static double? Median(List<IReadOnlyList<Figure>> runs, string name)
    {
        var values = runs.SelectMany(run => run).Where(figure => figure.Name == name).Select(figure => figure.Value).Order().ToList();
        return values.Count == 0 ? null : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
