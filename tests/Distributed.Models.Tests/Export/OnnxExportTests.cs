using System.Globalization;
using Distributed.Data;
using Distributed.Data.BuiltIn;
using Distributed.Data.Compressed;
using Distributed.Data.Encodings;
using Distributed.Data.Images;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;
using Distributed.Models.Export;
using Distributed.Tensors.Elements;
using Distributed.Tests;
using Microsoft.ML.OnnxRuntime;

namespace Distributed.Models.Tests.Export;

/// <summary>ONNX Runtime, which knows nothing of this program, answers raw rows as the model does.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("buyers", Activation.Relu)]
    [InlineData("buyers", Activation.Gelu)]
    [InlineData("diabetes", Activation.Tanh)]
    [InlineData("diabetes", Activation.LeakyRelu)]
    public void Raw_rows_of_a_built_in_table_have_the_same_answers(string source, Activation activation)
    {
        var model = Model(source, activation);
        var rows = RowsOf(source);
        using var runtime = new RuntimeModel(model);

        runtime.Ask(rows).AssertAnswersOf(model, model.Predict(rows));
    }

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Identity)]
    public void Raw_pixels_of_the_digits_have_the_same_answers(Activation activation)
    {
        var model = Model("digits", activation);
        var images = BuiltInData.Digits();
        using var runtime = new RuntimeModel(model);

        runtime.Ask(images.Pixels, images.Count).AssertAnswersOf(model, model.PredictFile("digits"));
    }

    [Fact]
    public void Columns_of_text_and_numbers_in_any_order_and_of_any_name_have_the_same_answers()
    {
        var file = _folder["mixed.csv"];
        File.WriteAllText(file, "stadt,größe,a b,a-b,age,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(i =>
            $"{(i % 3 == 0 ? "Köln" : "Bern")},{i * 1.25 - 7},{"xyz"[i % 3]},{"pq"[i % 2]},{100_000 + i * i},{(i * 7 % 10 > 4 ? "ja" : "nein")}\n")));
        var data = DataSets.Load(new DataSettings { Source = file, Seed = 3 });
        var model = Model(data.Encoding, Activation.Relu);
        var rows = RowsOf(file);
        using var runtime = new RuntimeModel(model);

        Assert.Equal(["numbers", "text_a_b", "text_a_b_2", "text_stadt"], runtime.Session.InputNames.Order(StringComparer.Ordinal));
        runtime.Ask(rows).AssertAnswersOf(model, model.Predict(rows));
    }

    [Fact]
    public void A_text_that_was_not_learned_is_an_error_and_not_a_quiet_zero()
    {
        using var runtime = new RuntimeModel(Model("buyers", Activation.Relu));
        var row = new Dictionary<string, string>(RowsOf("buyers")[0]) { ["gender"] = "unheard-of" };
        Assert.Contains("Unknown Category", Assert.Throws<OnnxRuntimeException>(() => runtime.Ask([row])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_metadata_names_classes_columns_and_origin()
    {
        var model = SmallModel.Buyers();
        using var runtime = new RuntimeModel(model);
        var metadata = runtime.Session.ModelMetadata;

        Assert.Equal("Distributed", metadata.ProducerName);
        Assert.Equal("[\"no\",\"yes\"]", metadata.CustomMetadataMap["classes"]);
        Assert.Equal(
            "[{\"name\":\"gender\",\"input\":\"text_gender\",\"categories\":[\"female\",\"male\"]},"
            + "{\"name\":\"age\",\"input\":\"numbers\",\"index\":0},{\"name\":\"salary\",\"input\":\"numbers\",\"index\":1}]",
            metadata.CustomMetadataMap["columns"]);
        Assert.Equal(ParameterHash.Compute(model.Parameters), metadata.CustomMetadataMap["weightsSha256"]);
        Assert.Equal("test", metadata.CustomMetadataMap["job"]);
    }

    [SharedDataFact("mnist")]
    public void Ten_thousand_test_images_of_MNIST_have_the_same_classes()
    {
        var folder = SharedData.Path("mnist");
        var model = Model(DataSets.Load(new DataSettings { Source = folder, Seed = 1 }).Encoding, Activation.Relu, [64]);
        var images = ImageFiles.ReadImages(ImageFiles.FindIn(folder, "t10k")!);
        using var runtime = new RuntimeModel(model);

        Assert.Equal(10_000, images.Count);
        runtime.Ask(images.Pixels, images.Count).AssertAnswersOf(model, model.PredictFile(folder));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_in_one_line()
    {
        var error = Assert.Throws<DataException>(() => ModelExport.Write(SmallModel.Buyers(), ModelFormat.Onnx, _folder["no/such/m.onnx"]));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static TrainedModel Model(string source, Activation activation) =>
        Model(DataSets.Load(new DataSettings { Source = source, Seed = 5 }).Encoding, activation);

    private static TrainedModel Model(FeatureEncoding encoding, Activation activation, int[]? hidden = null)
    {
        var network = new Network(SmallModel.SpecificationOf(encoding, hidden ?? [9, 5]) with { Activation = activation });
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(network.Specification, encoding, parameters);
    }

    /// <summary>A table's cells as texts.</summary>
    internal static IReadOnlyList<IReadOnlyDictionary<string, string>> RowsOf(string source)
    {
        var table = BuiltInData.Table(source, names => [.. names.Select(_ => true)]) ?? ReadFile(source);
        return [.. Enumerable.Range(0, table.Rows).Select(row => table.Columns.ToDictionary(c => c.Name, c => CellOf(c, row)))];
    }

    private static string CellOf(RawColumn column, int row) =>
        column.LooksNumeric ? column.Numbers[row].ToString("R", CultureInfo.InvariantCulture) : column.Texts[column.TextIndices[row]];

    private static RawTable ReadFile(string path)
    {
        using var file = OpenedFile.Open(path);
        return CsvTableReader.Read(file, DataRules.Newest.Header, names => [.. names.Select(_ => true)]);
    }
}
