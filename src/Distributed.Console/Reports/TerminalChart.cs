using Distributed.Console.Terminals;

namespace Distributed.Console.Reports;

/// <summary>One curve of a chart: its tone, whether its strokes are heavy, and its values; a value that is not finite leaves a gap.</summary>
internal sealed record ChartSeries(Tone Tone, bool Heavy, IReadOnlyList<double> Values);

/// <summary>
/// Curves drawn with box characters: light strokes and heavy ones, so that two curves are distinct without colour.
/// The first value is at the left edge, the last at the right; between them the nearest value is drawn.
/// </summary>
internal static class TerminalChart
{
    // Strokes by shape: flat, upright, and the corners of a curve that comes from the left and turns.
    private const string Light = "─│╭╮╰╯", Heavy = "━┃┏┓┗┛";
    private const int Flat = 0, Upright = 1, FromBelow = 2, DownFromLeft = 3, FromAbove = 4, UpFromLeft = 5;

    /// <summary>Draws the chart: its title, its rows from top to bottom, and its axis.</summary>
    /// <param name="title">The title.</param>
    /// <param name="series">The curves; later ones are drawn over earlier ones.</param>
    /// <param name="width">Columns, labels included.</param>
    /// <param name="height">Rows of the drawing area, at least 2.</param>
    /// <param name="label">Shows a value at the left edge.</param>
    /// <param name="first">The first value's place on the axis.</param>
    /// <param name="last">The last value's place on the axis.</param>
    public static IReadOnlyList<StyledLine> Draw(
        string title, IReadOnlyList<ChartSeries> series, int width, int height, Func<double, string> label, int first, int last)
    {
        var finite = series.SelectMany(s => s.Values).Where(double.IsFinite).ToArray();
        if (finite.Length == 0) return [StyledLine.Of(title)];
        var (low, high) = (finite.Min(), finite.Max());
        if (high - low <= Math.Abs(high) * 1e-9) (low, high) = (low - Math.Max(Math.Abs(low) * 0.01, 1e-6), high + Math.Max(Math.Abs(high) * 0.01, 1e-6));
        var labels = Enumerable.Range(0, height).Select(row => row == 0 || row == height - 1 || row == height / 2
            ? label(high - (high - low) * row / (height - 1)) : "").ToArray();
        var labelWidth = labels.Max(l => l.Length);
        var columns = Math.Max(2, width - labelWidth - 2);

        var cells = new (char Symbol, Tone Tone)[height, columns];
        foreach (var s in series) Trace(cells, s, value => (int)Math.Round((high - value) / (high - low) * (height - 1)));

        var lines = new List<StyledLine> { StyledLine.Of("".PadLeft(labelWidth + 2) + title) };
        for (var row = 0; row < height; row++) lines.Add(Row(cells, row, labels[row].PadLeft(labelWidth)));
        var left = first.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var right = last.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var gap = Math.Max(1, columns - left.Length - right.Length);
        lines.Add(StyledLine.Of("".PadLeft(labelWidth + 2) + left + new string(' ', gap) + right, Tone.Faint));
        return lines;
    }

    private static void Trace((char Symbol, Tone Tone)[,] cells, ChartSeries series, Func<double, int> rowOf)
    {
        var columns = cells.GetLength(1);
        var strokes = series.Heavy ? Heavy : Light;
        if (series.Values.Count == 0) return;
        int? before = null;
        for (var column = 0; column < columns; column++)
        {
            var index = columns == 1 ? 0 : (int)Math.Round((double)column * (series.Values.Count - 1) / (columns - 1));
            var value = series.Values[index];
            if (!double.IsFinite(value))
            {
                before = null;
                continue;
            }
            var row = rowOf(value);
            if (before is not { } from || from == row)
            {
                cells[row, column] = (strokes[Flat], series.Tone);
            }
            else
            {
                // The curve turns off its old row and into its new one within this column.
                var down = row > from;
                cells[from, column] = (strokes[down ? DownFromLeft : UpFromLeft], series.Tone);
                cells[row, column] = (strokes[down ? FromAbove : FromBelow], series.Tone);
                for (var between = Math.Min(from, row) + 1; between < Math.Max(from, row); between++)
                    cells[between, column] = (strokes[Upright], series.Tone);
            }
            before = row;
        }
    }

    private static StyledLine Row((char Symbol, Tone Tone)[,] cells, int row, string label)
    {
        var line = StyledLine.Of(label + (label.Trim().Length > 0 ? " ┤" : " │"), Tone.Faint);
        for (var column = 0; column < cells.GetLength(1);)
        {
            var tone = cells[row, column].Symbol == 0 ? Tone.Normal : cells[row, column].Tone;
            var start = column;
            var text = new System.Text.StringBuilder();
            for (; column < cells.GetLength(1); column++)
            {
                var cell = cells[row, column];
                if (column > start && (cell.Symbol == 0 ? Tone.Normal : cell.Tone) != tone) break;
                text.Append(cell.Symbol == 0 ? ' ' : cell.Symbol);
            }
            line.Add(text.ToString(), tone);
        }
        return line;
    }
}
