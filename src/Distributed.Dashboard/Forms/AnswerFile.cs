using System.Globalization;
using System.Text;
using Distributed.Api;

namespace Distributed.Dashboard.Forms;

/// <summary>A model's answers as a table.</summary>
internal static class AnswerFile
{
    /// <summary>The table as CSV: one line a row, with the probability of each class.</summary>
    public static string Write(PredictionResponse answer)
    {
        var text = new StringBuilder("row,answer");
        foreach (var name in answer.Classes) text.Append(',').Append(Quoted("p(" + name + ")"));
        text.Append('\n');
        for (var i = 0; i < answer.Predictions.Count; i++)
        {
            var row = answer.Predictions[i];
            text.Append(CultureInfo.InvariantCulture, $"{i + 1},").Append(Quoted(row.Class ?? row.Value?.ToString("R", CultureInfo.InvariantCulture) ?? ""));
            foreach (var share in row.Probabilities ?? []) text.Append(',').Append(share.ToString("R", CultureInfo.InvariantCulture));
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The table inside an address, which the browser saves as a file.</summary>
    public static string AddressOf(PredictionResponse answer) => "data:text/csv;charset=utf-8;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(Write(answer)));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
