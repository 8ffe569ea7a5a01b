using Distributed.Data.Encodings;

namespace Distributed.Models.Onnx;

/// <summary>An encoded column of a table and where it enters the graph.</summary>
/// <param name="Column">The column.</param>
/// <param name="Input">The graph's input.</param>
/// <param name="Index">The column of that input, from 0; null where the input is this column alone.</param>
internal readonly record struct OnnxColumn(ColumnEncoding Column, string Input, int? Index);

/// <summary>
/// The encoding as graph nodes: raw values go in as they are in a file. An image enters as float32 <c>pixels</c> [rows × pixels]. A table's
/// columns of numbers enter together as float64 <c>numbers</c> [rows × columns] in the encoding's order (float64, as files are read: so the
/// encoded inputs have the same bits), and each column of text as a tensor of texts [rows] of its own, <c>text_NAME</c>. By rules from version 3
/// on a missing number is NaN, a date is the days since 1970-01-01, a missing text is "", and any text is taken.
/// </summary>
internal static class OnnxInputs
{
    private const string Numbers = "numbers", Pixels = "pixels";

    /// <summary>Where each column of a table enters.</summary>
    public static IReadOnlyList<OnnxColumn> ColumnsOf(FeatureEncoding encoding)
    {
        var columns = new List<OnnxColumn>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var numbers = 0;
        foreach (var column in encoding.Columns)
        {
            if (column.Kind != ColumnKind.Text) columns.Add(new OnnxColumn(column, Numbers, numbers++));
            else columns.Add(new OnnxColumn(column, OnnxGraph.FreeName("text_" + Identifier(column.Name), taken), null));
        }

        return columns;
    }

    /// <summary>Adds inputs and nodes.</summary>
    /// <returns>The name of the encoded inputs, float32 [rows × inputs].</returns>
    public static string Add(OnnxGraph graph, FeatureEncoding encoding) =>
        encoding.Image is { } image ? Add(graph, image) : Add(graph, ColumnsOf(encoding));

    private static string Add(OnnxGraph graph, ImageEncoding image)
    {
        var pixels = graph.Input(
            Pixels, OnnxType.Float, image.Pixels,
            $"raw pixels 0 to {image.Brightest}, {image.Height} rows of {image.Width}, row by row from the top left");
        var centred = graph.Node("Sub", "centred", [pixels, graph.Constant("mean", new[] { image.Mean }.AsMemory())]);
        return graph.Node("Div", "inputs", [centred, graph.Constant("scale", new[] { image.Scale }.AsMemory())]);
    }

    private static string Add(OnnxGraph graph, IReadOnlyList<OnnxColumn> columns)
    {
        Declare(graph, columns);
        if (columns.Any(c => c.Column.IsTolerant)) return new OnnxTolerantInputs(graph, columns).Add(Numbers);
        var parts = new List<string>();
        var order = new int[columns.Count]; // where each column's inputs begin in the parts behind one another
        var width = 0;
        var numbers = columns.Where(c => c.Index is not null).Select(c => c.Column).ToArray();
        if (numbers.Length > 0)
        {
            parts.Add(AddNumbers(graph, numbers));
            for (var i = 0; i < columns.Count; i++) order[i] = columns[i].Index ?? 0;
            width = numbers.Length;
        }

        for (var i = 0; i < columns.Count; i++)
        {
            var (column, input, index) = columns[i];
            if (index is not null) continue;
            parts.Add(graph.OneHot(input + "_one_hot", input, column.Categories));
            order[i] = width;
            width += column.Inputs;
        }

        var together = parts.Count == 1 ? parts[0] : graph.Node("Concat", "parts", parts, OnnxGraph.Attribute("axis", 1L));
        var places = new List<long>(width);
        for (var i = 0; i < columns.Count; i++)
            for (var k = 0; k < columns[i].Column.Inputs; k++) places.Add(order[i] + k);
        return places.Index().All(p => p.Item == p.Index)
            ? together
            : graph.Node("Gather", "inputs", [together, graph.Constant("order", places)], OnnxGraph.Attribute("axis", 1L));
    }

    /// <summary>All inputs before any node, so that no node takes an input's name.</summary>
    private static void Declare(OnnxGraph graph, IReadOnlyList<OnnxColumn> columns)
    {
        var numbers = columns.Where(c => c.Index is not null).Select(c => c.Column.Name).ToArray();
        if (numbers.Length > 0)
            graph.Input(Numbers, OnnxType.Double, numbers.Length, "the columns of numbers in this order: " + string.Join(", ", numbers));
        foreach (var (column, input, index) in columns)
        {
            if (index is null)
                graph.Input(input, OnnxType.Text, null, $"column \"{column.Name}\", a text of {column.Categories.Count} known ones");
        }
    }

    private static string AddNumbers(OnnxGraph graph, ColumnEncoding[] numbers)
    {
        var mean = graph.Constant("means", [.. numbers.Select(c => c.Mean)], numbers.Length);
        var scale = graph.Constant("scales", [.. numbers.Select(c => c.Scale)], numbers.Length);
        var centred = graph.Node("Sub", "centred", [Numbers, mean]);
        return graph.Node("Cast", "standardised", [graph.Node("Div", "scaled", [centred, scale])], OnnxGraph.Attribute("to", (long)OnnxType.Float));
    }

    /// <summary>ONNX wants names like those of C.</summary>
    private static string Identifier(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
