using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;
using Distributed.Tensors.Elements;

namespace Distributed.Models.Onnx;

/// <summary>
/// A trained model as an ONNX graph of operator set 17: encoding (<see cref="OnnxInputs"/>), layers, and what the outputs mean. A classifier
/// answers with float32 <c>probabilities</c> [rows × classes] and the text <c>class</c> [rows], a regression with float64 <c>value</c>
/// [rows × 1] in the target column's unit.
/// </summary>
internal static class OnnxModel
{
    private const string Class = "class", Probabilities = "probabilities", Value = "value";

    private const string Cells =
        "numbers: float64, NaN for missing; dates: float64 days since 1970-01-01, NaN for missing; texts: trimmed, empty for missing, any other is allowed";

    private static readonly float[] Half = [0.5f], InverseRootOfTwo = [0.70710678f];

    /// <summary>Makes the model.</summary>
    public static ProtoMessage Of(TrainedModel model)
    {
        var graph = new OnnxGraph();
        DeclareOutputs(graph, model.Encoding.Target);
        AddOutputs(graph, model, AddLayers(graph, model, OnnxInputs.Add(graph, model.Encoding)));
        return graph.Model(model.Origin.Job ?? "model", $"predicts {model.Encoding.Target.Name}", Metadata(model));
    }

    private static string AddLayers(OnnxGraph graph, TrainedModel model, string inputs)
    {
        var layout = new ParameterLayout(model.Network);
        for (var i = 0; i < layout.Layers.Count; i++)
        {
            var layer = layout.Layers[i];
            var name = $"layers.{i}";
            var weight = graph.Constant(name + ".weight", model.ParameterMemory.Slice(layer.WeightOffset, layer.WeightCount), layer.Inputs, layer.Outputs);
            var bias = graph.Constant(name + ".bias", model.ParameterMemory.Slice(layer.BiasOffset, layer.Outputs), layer.Outputs);
            inputs = graph.Node("Gemm", name + ".sums", [inputs, weight, bias]);
            if (i < layout.Layers.Count - 1) inputs = AddActivation(graph, model.Network.Activation, name, inputs);
        }

        return inputs;
    }

    private static string AddActivation(OnnxGraph graph, Activation activation, string layer, string sums)
    {
        var output = layer + ".activations";
        switch (activation)
        {
            case Activation.Identity: return sums;
            case Activation.Relu: return graph.Node("Relu", output, [sums]);
            case Activation.LeakyRelu: return graph.Node("LeakyRelu", output, [sums], OnnxGraph.Attribute("alpha", 0.01f));
            case Activation.Tanh: return graph.Node("Tanh", output, [sums]);
            case Activation.Sigmoid: return graph.Node("Sigmoid", output, [sums]);
            case Activation.Gelu:
                // z · (½ + ½ erf(z / √2)); the operator Gelu came later than set 17.
                var half = graph.Constant(layer + ".half", Half);
                var scaled = graph.Node("Mul", layer + ".scaled", [sums, graph.Constant(layer + ".root", InverseRootOfTwo)]);
                var erf = graph.Node("Mul", layer + ".half_erf", [graph.Node("Erf", layer + ".erf", [scaled]), half]);
                return graph.Node("Mul", output, [sums, graph.Node("Add", layer + ".share", [erf, half])]);
            default: throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }

    private static void DeclareOutputs(OnnxGraph graph, TargetEncoding target)
    {
        if (target.Task == TaskKind.Classify)
        {
            graph.Output(Class, OnnxType.Text, null, "the most probable class");
            graph.Output(Probabilities, OnnxType.Float, target.Outputs, "of the classes in the order of the metadata's \"classes\"");
        }
        else graph.Output(Value, OnnxType.Double, target.Outputs, $"column \"{target.Name}\"");
    }

    private static void AddOutputs(OnnxGraph graph, TrainedModel model, string sums)
    {
        var target = model.Encoding.Target;
        if (target.Task == TaskKind.Classify)
        {
            if (model.Calibration is { } calibration)
                sums = graph.Node("Mul", "calibrated", [sums, graph.Constant("inverse_temperature", (float[])[calibration.Factor])]);
            var probabilities = graph.Node("Softmax", Probabilities, [sums], OnnxGraph.Attribute("axis", 1L));
            var index = graph.Node("ArgMax", "index", [probabilities], OnnxGraph.Attribute("axis", 1L), OnnxGraph.Attribute("keepdims", 0L));
            graph.Node("Gather", Class, [graph.Constant("classes", target.Classes), index]);
            return;
        }

        var wide = graph.Node("Cast", "wide", [sums], OnnxGraph.Attribute("to", (long)OnnxType.Double));
        var scaled = graph.Node("Mul", "scaled_value", [wide, graph.Constant("target_scale", [target.Scale], [])]);
        graph.Node("Add", Value, [scaled, graph.Constant("target_mean", [target.Mean], [])]);
    }

    private static IEnumerable<(string Key, string Value)> Metadata(TrainedModel model)
    {
        var (target, origin) = (model.Encoding.Target, model.Origin);
        yield return ("task", target.Task == TaskKind.Classify ? "classify" : "regress");
        yield return ("target", target.Name);
        if (target.Task == TaskKind.Classify) yield return ("classes", Json(json => WriteTexts(json, target.Classes)));
        if (model.Encoding.Image is null) yield return ("columns", Json(json => WriteColumns(json, OnnxInputs.ColumnsOf(model.Encoding))));
        else yield return ("image", $"{model.Encoding.Image.Height}x{model.Encoding.Image.Width}");
        if (model.Encoding.Columns.Any(column => column.IsTolerant)) yield return ("cells", Cells);
        yield return ("weightsSha256", ParameterHash.Compute(model.Parameters));
        if (model.Calibration is { } calibration) yield return ("temperature", calibration.Temperature.ToString("R", CultureInfo.InvariantCulture));
        if (origin.Job is { } job) yield return ("job", job);
        if (origin.Data is { } data) yield return ("data", data);
        if (origin.DataSha256 is { } sha256) yield return ("dataSha256", sha256);
    }

    private static void WriteColumns(Utf8JsonWriter json, IReadOnlyList<OnnxColumn> columns)
    {
        json.WriteStartArray();
        foreach (var (column, input, index) in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("input", input);
            if (index is { } place) json.WriteNumber("index", place);
            if (column.Kind == ColumnKind.Date) json.WriteString("unit", "days since 1970-01-01");
            if (column.Kind == ColumnKind.Text)
            {
                json.WritePropertyName("categories");
                WriteTexts(json, column.Categories);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
