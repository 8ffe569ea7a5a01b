using System.Globalization;
using Distributed.Models.Export;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distributed.Models.Tests.Export;

/// <summary>An exported model as ONNX Runtime reads it, asked with raw cells.</summary>
internal sealed class RuntimeModel : IDisposable
{
    private readonly InferenceSession _session;

    public RuntimeModel(TrainedModel model)
    {
        using var bytes = new MemoryStream();
        ModelExport.Write(model, ModelFormat.Onnx, bytes);
        _session = new InferenceSession(bytes.ToArray());
    }

    public InferenceSession Session => _session;

    /// <summary>Answers the rows of a table; a column's cells enter where the metadata says.</summary>
    public RuntimeAnswer Ask(IReadOnlyList<IReadOnlyDictionary<string, string>> rows)
    {
        var numbers = new SortedDictionary<int, string>();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        using var columns = System.Text.Json.JsonDocument.Parse(_session.ModelMetadata.CustomMetadataMap["columns"]);
        foreach (var column in columns.RootElement.EnumerateArray())
        {
            var (name, input) = (column.GetProperty("name").GetString()!, column.GetProperty("input").GetString()!);
            if (column.TryGetProperty("index", out var index)) numbers.Add(index.GetInt32(), name);
            else texts.Add(input, name);
        }

        var inputs = new List<NamedOnnxValue>();
        if (numbers.Count > 0)
        {
            var values = new DenseTensor<double>([rows.Count, numbers.Count]);
            for (var r = 0; r < rows.Count; r++)
                foreach (var (index, name) in numbers) values[r, index] = double.Parse(rows[r][name], CultureInfo.InvariantCulture);
            inputs.Add(NamedOnnxValue.CreateFromTensor("numbers", values));
        }

        foreach (var (input, name) in texts)
            inputs.Add(NamedOnnxValue.CreateFromTensor(input, new DenseTensor<string>(rows.Select(r => r[name]).ToArray(), [rows.Count])));
        return Run(inputs);
    }

    /// <summary>Answers images of raw pixels.</summary>
    public RuntimeAnswer Ask(byte[] pixels, int images)
    {
        var values = Array.ConvertAll(pixels, p => (float)p);
        return Run([NamedOnnxValue.CreateFromTensor("pixels", new DenseTensor<float>(values, [images, pixels.Length / images]))]);
    }

    public void Dispose() => _session.Dispose();

    private RuntimeAnswer Run(IReadOnlyCollection<NamedOnnxValue> inputs)
    {
        using var outputs = _session.Run(inputs);
        var byName = outputs.ToDictionary(o => o.Name);
        return byName.TryGetValue("value", out var value)
            ? new RuntimeAnswer([], [], [.. value.AsEnumerable<double>()])
            : new RuntimeAnswer([.. byName["class"].AsEnumerable<string>()], [.. byName["probabilities"].AsEnumerable<float>()], []);
    }
}

/// <summary>Classes [rows] with probabilities [rows × classes], or values [rows].</summary>
internal sealed record RuntimeAnswer(string[] Classes, float[] Probabilities, double[] Values)
{
    private const double Tolerance = 1e-5;

    /// <summary>A regression's values are compared in units of the target's standard deviation, the units it was trained in.</summary>
    public void AssertAnswersOf(TrainedModel model, IReadOnlyList<Prediction> expected)
    {
        var largest = 0.0;
        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i].Value is { } value)
            {
                largest = Math.Max(largest, Math.Abs(value - Values[i]) / model.Encoding.Target.Scale);
                continue;
            }

            Assert.Equal(expected[i].Class, Classes[i]);
            for (var c = 0; c < model.Network.Outputs; c++)
                largest = Math.Max(largest, Math.Abs(expected[i].Probabilities[c] - Probabilities[i * model.Network.Outputs + c]));
        }

        Assert.InRange(largest, 0, Tolerance);
        Assert.Equal(expected.Count, Math.Max(Classes.Length, Values.Length));
    }
}
