using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Models;

namespace Distributed.Console.Reports;

/// <summary>The formats of predictions.</summary>
internal enum PredictionFormat
{
    /// <summary>A table for people: the class, its probability, and the next likely ones.</summary>
    Table,

    /// <summary>A header, then every probability.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    Jsonl,
}

/// <summary>Writes predictions row by row, in constant memory.</summary>
internal sealed class PredictionWriter
{
    private const int NextShown = 2, WidestClass = 24;

    private readonly TextWriter _output;
    private readonly PredictionFormat _format;
    private readonly TargetEncoding _target;
    private readonly int _classWidth;
    private readonly ArrayBufferWriter<byte> _json = new();

    /// <param name="output">The destination.</param>
    /// <param name="format">The format.</param>
    /// <param name="target">The meaning of the outputs.</param>
    public PredictionWriter(TextWriter output, PredictionFormat format, TargetEncoding target)
    {
        (_output, _format, _target) = (output, format, target);
        var classifies = target.Task == TaskKind.Classify;
        _classWidth = classifies ? Math.Clamp(target.Classes.Max(c => c.Length), 5, WidestClass) : 0;
        switch (format)
        {
            case PredictionFormat.Table:
                output.WriteLine(classifies
                    ? "row".PadLeft(9) + "  " + "class".PadRight(_classWidth) + "  probability   next"
                    : "row".PadLeft(9) + "  " + target.Name);
                break;
            case PredictionFormat.Csv:
                output.WriteLine(classifies
                    ? "row,class," + string.Join(",", target.Classes.Select(c => Quoted("probability " + c)))
                    : "row," + Quoted(target.Name));
                break;
        }
    }

    /// <summary>Prints one row.</summary>
    /// <param name="row">From 1.</param>
    /// <param name="prediction">The model's answer.</param>
    public void Write(long row, Prediction prediction)
    {
        var line = _format switch
        {
            PredictionFormat.Table => Table(row, prediction, _classWidth, _target.Classes),
            PredictionFormat.Csv => Csv(row, prediction),
            _ => Json(row, prediction),
        };
        _output.WriteLine(line);
    }

    /// <summary>All rows were printed.</summary>
    public void End() => _output.Flush();

    private static string Table(long row, Prediction prediction, int classWidth, IReadOnlyList<string> classes)
    {
        var head = row.ToString(CultureInfo.InvariantCulture).PadLeft(9) + "  ";
        if (prediction.Class is not { } best) return head + prediction.Value!.Value.ToString("G7", CultureInfo.InvariantCulture);
        var byProbability = Enumerable.Range(0, classes.Count).OrderByDescending(i => prediction.Probabilities[i]).ToArray();
        var text = new StringBuilder(head).Append(Shortened(best).PadRight(classWidth)).Append("  ")
            .Append(Percent(prediction.Probabilities[byProbability[0]]).PadLeft(11)).Append("   ");
        return text.AppendJoin(", ", byProbability.Skip(1).Take(NextShown).Select(i => $"{Shortened(classes[i])} {Percent(prediction.Probabilities[i])}")).ToString();
    }

    private static string Csv(long row, Prediction prediction)
    {
        var text = new StringBuilder().Append(row.ToString(CultureInfo.InvariantCulture)).Append(',');
        if (prediction.Class is not { } best) return text.Append(prediction.Value!.Value.ToString("R", CultureInfo.InvariantCulture)).ToString();
        text.Append(Quoted(best));
        foreach (var probability in prediction.Probabilities) text.Append(',').Append(probability.ToString("R", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private string Json(long row, Prediction prediction)
    {
        _json.Clear();
        using var json = new Utf8JsonWriter(_json);
        json.WriteStartObject();
        json.WriteNumber("row", row);
        if (prediction.Class is { } best)
        {
            json.WriteString("class", best);
            json.WriteStartObject("probabilities");
            for (var i = 0; i < prediction.Probabilities.Count; i++) json.WriteNumber(_target.Classes[i], prediction.Probabilities[i]);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNumber("value", prediction.Value!.Value);
        }
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(_json.WrittenSpan);
    }

    private static string Percent(float probability) => (probability * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    private static string Shortened(string name) => name.Length <= WidestClass ? name : name[..(WidestClass - 1)] + "…";

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\n\r") < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
