using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Distributed.Data;
using Distributed.Learning.Networks;
using Distributed.Models.Export;
using Distributed.Tests;

namespace Distributed.Models.Tests.Export;

/// <summary>
/// The exported weights read by a reader that was written from the format's specification alone, and weights that come from elsewhere.
/// </summary>
public sealed class SafeTensorsExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("buyers")]
    [InlineData("diabetes")]
    [InlineData("digits")]
    public void Another_reader_finds_every_layer_with_its_shape_and_bits(string source)
    {
        var model = SmallModel.Of(source, [5, 3]);
        ModelExport.Write(model, ModelFormat.SafeTensors, _folder["w.safetensors"]);

        var tensors = ReadAsSpecified(File.ReadAllBytes(_folder["w.safetensors"]));

        var layout = new ParameterLayout(model.Network);
        Assert.Equal(2 * layout.Layers.Count, tensors.Count);
        for (var i = 0; i < layout.Layers.Count; i++)
        {
            var layer = layout.Layers[i];
            var (weight, bias) = (tensors[$"layers.{i}.weight"], tensors[$"layers.{i}.bias"]);
            Assert.Equal([layer.Inputs, layer.Outputs], weight.Shape);
            Assert.Equal([layer.Outputs], bias.Shape);
            Assert.Equal(model.Parameters.Slice(layer.WeightOffset, layer.WeightCount).ToArray(), weight.Values);
            Assert.Equal(model.Parameters.Slice(layer.BiasOffset, layer.Outputs).ToArray(), bias.Values);
        }
    }

    [Fact]
    public void Exported_weights_are_read_again_with_the_same_bits()
    {
        var model = SmallModel.Buyers();
        ModelExport.Write(model, ModelFormat.SafeTensors, _folder["w.safetensors"]);
        Assert.Equal(ParameterHash.Compute(model.Parameters), ParameterHash.Compute(ModelExport.ReadWeights(_folder["w.safetensors"], model.Network)));
    }

    [Fact]
    public void Weights_of_a_file_that_others_wrote_in_another_order_begin_a_network()
    {
        // No hash, no format entry, the bias before the weight: all within the specification.
        WriteFile("", ("layers.0.bias", [2], [1, 2]), ("layers.0.weight", [1, 2], [3, 4]));

        var network = new NetworkSpecification { Inputs = 1, Outputs = 2 };
        Assert.Equal([3, 4, 1, 2], ModelExport.ReadWeights(_folder["w.safetensors"], network));
    }

    [Theory]
    [InlineData("pt", new float[] { 1, 3, 2, 4, 5, 6 }, "the weights are [outputs × inputs], as PyTorch keeps them, and are transposed")]
    [InlineData("distributed", new float[] { 1, 2, 3, 4, 5, 6 }, null)]
    [InlineData("np", new float[] { 1, 2, 3, 4, 5, 6 }, "layers.0.weight is square and the metadata names no known format: read as [inputs × outputs]")]
    [InlineData(null, new float[] { 1, 2, 3, 4, 5, 6 }, "layers.0.weight is square and the metadata names no known format: read as [inputs × outputs]")]
    public void Square_weights_are_read_as_the_metadata_says_and_a_note_says_how(string? format, float[] expected, string? note)
    {
        WriteFile(format is null ? "" : $$"""{"format":"{{format}}"}""", ("layers.0.weight", [2, 2], [1, 2, 3, 4]), ("layers.0.bias", [2], [5, 6]));

        Assert.Equal(expected, ModelExport.ReadWeights(_folder["w.safetensors"], new NetworkSpecification { Inputs = 2, Outputs = 2 }, out var said));
        if (note is null) Assert.Null(said);
        else Assert.StartsWith("w.safetensors: " + note, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pt", true)]
    [InlineData("pt", false)]
    [InlineData(null, true)]
    [InlineData(null, false)]
    public void The_shape_of_a_weight_that_is_not_square_tells_how_the_square_ones_are_read(string? format, bool transposed)
    {
        // 2 → 2 → 3: the first weight is square, the second one is not.
        float[] last = transposed ? [5, 8, 6, 9, 7, 10] : [5, 6, 7, 8, 9, 10];
        WriteFile(
            format is null ? "" : $$"""{"format":"{{format}}"}""",
            ("layers.0.weight", [2, 2], [1, 2, 3, 4]), ("layers.0.bias", [2], [0, 0]),
            ("layers.1.weight", transposed ? [3, 2] : [2, 3], last), ("layers.1.bias", [3], [0, 0, 0]));

        var read = ModelExport.ReadWeights(_folder["w.safetensors"], new NetworkSpecification { Inputs = 2, Hidden = [2], Outputs = 3 }, out var note);

        Assert.Equal(transposed ? [1, 3, 2, 4, 0, 0, 5, 6, 7, 8, 9, 10, 0, 0, 0] : [1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 9, 10, 0, 0, 0], read);
        Assert.Equal(transposed, note is not null);
    }

    [Fact]
    public void Weights_that_contradict_each_other_are_refused()
    {
        WriteFile(
            "", ("layers.0.weight", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), ("layers.0.bias", [4], [0, 0, 0, 0]),
            ("layers.1.weight", [4, 3], new float[12]), ("layers.1.bias", [3], [0, 0, 0]));
        var error = Assert.Throws<DataException>(() => ModelExport.ReadWeights(_folder["w.safetensors"], new NetworkSpecification { Inputs = 2, Hidden = [4], Outputs = 3 }));
        Assert.Contains("the tensor layers.1.weight has the shape [4, 3]; the job's network needs [3, 4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_a_known_hash_are_found_either_way_round()
    {
        var network = new NetworkSpecification { Inputs = 2, Outputs = 2 };
        WriteFile("""{"format":"pt"}""", ("layers.0.weight", [2, 2], [1, 2, 3, 4]), ("layers.0.bias", [2], [5, 6]));
        float[] asWritten = [1, 2, 3, 4, 5, 6], transposed = [1, 3, 2, 4, 5, 6];
        Assert.Equal(asWritten, ModelExport.ReadWeights(_folder["w.safetensors"], network, ParameterHash.Compute(asWritten)));
        Assert.Equal(transposed, ModelExport.ReadWeights(_folder["w.safetensors"], network, ParameterHash.Compute(transposed)));
        Assert.Equal(transposed, ModelExport.ReadWeights(_folder["w.safetensors"], network, "another"));
    }

    [Theory]
    [InlineData(9, 5, "the tensor layers.0.weight has the shape [4, 5]; the job's network needs [9, 5]")]
    [InlineData(4, 6, "the tensor layers.0.weight has the shape [4, 5]; the job's network needs [4, 6]")]
    public void Another_networks_weights_are_refused_with_both_shapes(int inputs, int hidden, string expected)
    {
        ModelExport.Write(SmallModel.Buyers(), ModelFormat.SafeTensors, _folder["w.safetensors"]);
        var network = new NetworkSpecification { Inputs = inputs, Hidden = [hidden], Outputs = 2 };
        var error = Assert.Throws<DataException>(() => ModelExport.ReadWeights(_folder["w.safetensors"], network));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<DataException>(() => ModelExport.ReadWeights(_folder["none/w.safetensors"], new NetworkSpecification { Inputs = 1, Outputs = 2 }));
        Assert.Contains("w.safetensors: there is no such file", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a file as others do, its tensors in the given order.</summary>
    /// <param name="metadata">The entry <c>__metadata__</c>; empty for none.</param>
    /// <param name="tensors">The tensors.</param>
    private void WriteFile(string metadata, params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        var (entries, at) = (new List<string>(), 0);
        if (metadata.Length > 0) entries.Add($"\"__metadata__\":{metadata}");
        foreach (var (name, shape, values) in tensors)
        {
            entries.Add($$"""
                "{{name}}":{"dtype":"F32","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{at}},{{at + 4 * values.Length}}]}
                """);
            at += 4 * values.Length;
        }

        var header = Encoding.UTF8.GetBytes("{" + string.Join(',', entries) + "}");
        using var file = File.Create(_folder["w.safetensors"]);
        file.Write(BitConverter.GetBytes((ulong)header.Length));
        file.Write(header);
        foreach (var value in tensors.SelectMany(t => t.Values)) file.Write(BitConverter.GetBytes(value));
    }

    /// <summary>Eight bytes of length (little-endian), that many bytes of JSON, then the tensors' bytes at their data_offsets.</summary>
    private static Dictionary<string, (long[] Shape, float[] Values)> ReadAsSpecified(byte[] file)
    {
        var headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        Assert.Equal((byte)'{', file[8]);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var data = file.AsSpan(8 + headerLength);
        var tensors = new Dictionary<string, (long[], float[])>(StringComparer.Ordinal);
        var covered = 0;
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                Assert.All(entry.Value.EnumerateObject(), item => Assert.Equal(JsonValueKind.String, item.Value.ValueKind));
                continue;
            }

            Assert.Equal("F32", entry.Value.GetProperty("dtype").GetString());
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32()).ToArray();
            var bytes = data[offsets[0]..offsets[1]];
            Assert.Equal(shape.Aggregate(4L, (product, size) => product * size), bytes.Length);
            var values = new float[bytes.Length / 4];
            for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            tensors.Add(entry.Name, (shape, values));
            covered += bytes.Length;
        }

        Assert.Equal(data.Length, covered);
        return tensors;
    }
}
