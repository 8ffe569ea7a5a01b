using Distributed.Data.Encodings;

namespace Distributed.Models.Onnx;

/// <summary>
/// The columns of rules from version 3 on as graph nodes, which take any cell: NaN for a missing number or date, "" for a missing text, and
/// texts that were not learned. The same operations in the same order as <see cref="ColumnEncoding"/>'s, so the inputs have the same bits, but for
/// logarithms, whose last one is the runtime's.
/// </summary>
internal sealed class OnnxTolerantInputs(OnnxGraph graph, IReadOnlyList<OnnxColumn> columns)
{
    private readonly List<string> _parts = [];
    private readonly List<long>[] _places = [.. columns.Select(_ => new List<long>())]; // of each column's inputs among the parts' columns
    private int _width;

    /// <summary>Adds the nodes.</summary>
    /// <param name="numbers">The input of numbers and dates.</param>
    /// <returns>The name of the encoded inputs, float32 [rows × inputs].</returns>
    public string Add(string numbers)
    {
        var numeric = columns.Index().Where(column => column.Item.Index is not null).ToArray();
        if (numeric.Length > 0)
            AddNumbers(numbers, [.. numeric.Select(column => (column.Index, column.Item.Column))]);
        foreach (var (place, column) in columns.Index())
            if (column.Index is null)
                Take(AddTexts(column), place, column.Column.Inputs);
        var together = _parts.Count == 1 ? _parts[0] : graph.Node("Concat", "parts", _parts, OnnxGraph.Attribute("axis", 1L));
        return graph.Node(
            "Gather", "inputs", [together, graph.Constant("order", [.. _places.SelectMany(places => places)])], OnnxGraph.Attribute("axis", 1L));
    }

    private void AddNumbers(string numbers, (int Place, ColumnEncoding Column)[] numeric)
    {
        var present = graph.Node("Equal", "present", [numbers, numbers]); // NaN is not equal to itself
        var filled = graph.Node("Where", "filled", [present, numbers, Constants("medians", numeric, c => c.Tolerance!.Median)]);
        var raised = graph.Node("Max", "raised", [filled, Constants("lowest", numeric, c => c.Tolerance!.Lowest)]);
        var clipped = graph.Node("Min", "clipped", [raised, Constants("highest", numeric, c => c.Tolerance!.Highest)]);
        var centred = graph.Node("Sub", "centred", [clipped, Constants("means", numeric, c => c.Mean)]);
        var scaled = graph.Node("Div", "scaled", [centred, Constants("scales", numeric, c => c.Scale)]);
        _parts.Add(Single("standardised", scaled));
        for (var i = 0; i < numeric.Length; i++)
            if (!numeric[i].Column.Tolerance!.IsLogarithmic)
                _places[numeric[i].Place].Add(_width + i);
        _width += numeric.Length;
        for (var i = 0; i < numeric.Length; i++)
            if (numeric[i].Column.Tolerance!.IsLogarithmic)
                AddLogarithm(clipped, i, numeric[i].Column, numeric[i].Place);
        for (var i = 0; i < numeric.Length; i++)
            if (numeric[i].Column.Dates is { } dates)
                AddDate(clipped, i, dates, numeric[i].Place);
        if (!numeric.Any(column => column.Column.HasMissingInput))
            return;
        _parts.Add(Single("missing", graph.Node("Not", "absent", [present])));
        for (var i = 0; i < numeric.Length; i++)
            if (numeric[i].Column.HasMissingInput)
                _places[numeric[i].Place].Add(_width + i);
        _width += numeric.Length;
    }

    private void AddLogarithm(string clipped, int index, ColumnEncoding column, int place)
    {
        var number = graph.Node("Gather", "tailed", [clipped, graph.Constant("tailed_at", new long[] { index })], OnnxGraph.Attribute("axis", 1L));
        var centred = graph.Node("Sub", "log_centred", [graph.Node("Log", "log", [number]), graph.Constant("log_mean", [column.Mean], 1)]);
        Take(Single("log_standardised", graph.Node("Div", "log_scaled", [centred, graph.Constant("log_scale", [column.Scale], 1)])), place, 1);
    }

    private void AddDate(string clipped, int index, DateParts dates, int place)
    {
        var days = graph.Node("Gather", "days", [clipped, graph.Constant("date", new long[] { index })], OnnxGraph.Attribute("axis", 1L));
        var day = graph.Node("Floor", "day", [days]);
        var calendar = new OnnxCalendar(graph);
        var (year, month) = calendar.Civil(day);
        var yearInput = graph.Node(
            "Div", "year_scaled", [graph.Node("Sub", "year_centred", [year, calendar.Number(dates.YearMean)]), calendar.Number(dates.YearScale)]);
        Take(Single("year_input", yearInput), place, 1);
        Take(calendar.Circle(month, DateInputs.MonthSines, DateInputs.MonthCosines), place, 2);
        Take(calendar.Circle(calendar.Weekday(day), DateInputs.WeekdaySines, DateInputs.WeekdayCosines), place, 2);
        if (dates.HasTime)
            Take(calendar.Circle(calendar.Hour(days, day), DateInputs.HourSines, DateInputs.HourCosines), place, 2);
    }

    private string AddTexts(OnnxColumn column)
    {
        var known = graph.OneHot(column.Input + "_one_hot", column.Input, column.Column.Categories, takesAny: true);
        var one = graph.Constant("one", new float[] { 1 }.AsMemory());
        var seen = graph.Node("ReduceSum", column.Input + "_seen", [known, graph.Constant("across", new long[] { 1 })]);
        var other = graph.Node("Sub", column.Input + "_other", [one, seen]);
        var others = column.Column.Others!;
        if (others.HasInput)
            return graph.Node("Concat", column.Input + "_inputs", [known, other], OnnxGraph.Attribute("axis", 1L));
        var shares = graph.Constant(column.Input + "_shares", others.Shares.Select(share => (float)share).ToArray().AsMemory(), others.Shares.Count);
        return graph.Node("Add", column.Input + "_inputs", [known, graph.Node("Mul", column.Input + "_average", [other, shares])]);
    }

    private string Constants(string name, (int Place, ColumnEncoding Column)[] numeric, Func<ColumnEncoding, double> value) =>
        graph.Constant(name, [.. numeric.Select(column => value(column.Column))], numeric.Length);

    private string Single(string name, string values) => graph.Node("Cast", name, [values], OnnxGraph.Attribute("to", (long)OnnxType.Float));

    private void Take(string part, int place, int inputs)
    {
        _parts.Add(part);
        for (var i = 0; i < inputs; i++)
            _places[place].Add(_width + i);
        _width += inputs;
    }
}
