namespace Distributed.Models.Onnx;

/// <summary>The parts of a date as graph nodes, in float64 with floors, which is exact: the rules of <c>DateInputs</c>.</summary>
internal sealed class OnnxCalendar(OnnxGraph graph)
{
    /// <summary>Year, and month from 0 for January.</summary>
    /// <param name="day">Whole days since 1970-01-01, [rows × 1].</param>
    public (string Year, string Month) Civil(string day)
    {
        var z = Add(day, 719_468);
        var era = Floor(Divide(z, 146_097));
        var ofEra = Subtract(z, Multiply(era, 146_097));
        var leaps = Subtract(Floor(Divide(ofEra, 36_524)), Add(Floor(Divide(ofEra, 1_460)), Floor(Divide(ofEra, 146_096))));
        var yearOfEra = Floor(Divide(Add(ofEra, leaps), 365));
        var before = Subtract(Add(Multiply(yearOfEra, 365), Floor(Divide(yearOfEra, 4))), Floor(Divide(yearOfEra, 100)));
        var fromMarch = Floor(Divide(Add(Multiply(Subtract(ofEra, before), 5), 2), 153));
        var nextYear = Floor(Divide(fromMarch, 10)); // 1 for January and February
        var month = Add(Subtract(fromMarch, Multiply(nextYear, 12)), 2);
        return (Add(Add(yearOfEra, Multiply(era, 400)), nextYear), month);
    }

    /// <summary>The weekday, 0 for Monday.</summary>
    public string Weekday(string day)
    {
        var place = Add(day, 3);
        return Subtract(place, Multiply(Floor(Divide(place, 7)), 7));
    }

    /// <summary>The hour of the day.</summary>
    public string Hour(string days, string day)
    {
        var hour = Floor(Add(Multiply(Subtract(days, day), 24), 1e-7));
        return graph.Node("Min", "hour", [hour, Number(23)]);
    }

    /// <summary>Sine and cosine of a place on a circle, [rows × 2].</summary>
    public string Circle(string place, IReadOnlyList<float> sines, IReadOnlyList<float> cosines)
    {
        var table = graph.Constant("circle", sines.Zip(cosines).SelectMany(pair => new[] { pair.First, pair.Second }).ToArray().AsMemory(), sines.Count, 2);
        var index = graph.Node("Cast", "place", [place], OnnxGraph.Attribute("to", (long)OnnxType.Int64));
        var flat = graph.Node("Squeeze", "place_of_row", [index, graph.Constant("across", new long[] { 1 })]);
        return graph.Node("Gather", "on_circle", [table, flat]);
    }

    /// <summary>A constant number.</summary>
    public string Number(double value) => graph.Constant("number", [value], []);

    private string Add(string a, string b) => graph.Node("Add", "sum", [a, b]);

    private string Add(string a, double b) => Add(a, Number(b));

    private string Subtract(string a, string b) => graph.Node("Sub", "difference", [a, b]);

    private string Multiply(string a, double b) => graph.Node("Mul", "product", [a, Number(b)]);

    private string Divide(string a, double b) => graph.Node("Div", "quotient", [a, Number(b)]);

    private string Floor(string a) => graph.Node("Floor", "whole", [a]);
}
