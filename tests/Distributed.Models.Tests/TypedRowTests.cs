using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;
using Distributed.Tests;

namespace Distributed.Models.Tests;

/// <summary>A number of a program means itself, however the file that was learned from writes numbers.</summary>
public sealed class TypedRowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TrainedModel LearnedFromCommas()
    {
        var lines = Enumerable.Range(0, 40).Select(i => $"{i * 3},{i % 10}{i / 10}5;{(i % 3 == 0 ? "tea" : "coffee")};{i % 7},5");
        var path = _folder.Write("commas.csv", "x;drink;y\n" + string.Join('\n', lines) + "\n");
        var data = DataSets.Load(new DataSettings { Source = path, Seed = 5, Rules = DataSettings.NewestRules });
        Assert.All(data.Encoding.Columns.Where(column => column.Kind == ColumnKind.Number), column => Assert.Equal(NumberNotation.Comma, column.Tolerance!.Notation));
        var specification = SmallModel.SpecificationOf(data.Encoding, [4]);
        var network = new Network(specification);
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(specification, data.Encoding, parameters, new ModelOrigin { Job = "test", Epoch = 1, Data = path, DataSha256 = data.Sha256 });
    }

    private static double Answer(TrainedModel model, string x) => model.Predict(new Dictionary<string, string> { ["x"] = x, ["drink"] = "tea" }).Value!.Value;

    [Theory]
    [InlineData(3.5, "3,5")]
    [InlineData(3.125, "3,125")] // as a text 3.125 is three thousand one hundred and twenty-five
    [InlineData(-1.5e-7, "-0,00000015")]
    [InlineData(42.0, "42")]
    public void A_number_of_an_object_is_what_its_text_in_the_files_notation_is(double number, string text)
    {
        var model = LearnedFromCommas();
        Assert.Equal(Answer(model, text), model.Predict(new { x = number, drink = "tea" }).Value);
        Assert.Equal(Answer(model, text), model.PredictAll([new { x = (decimal)Math.Clamp(number, -1e9, 1e9), drink = "tea" }])[0].Value);
        Assert.Equal(Answer(model, "3.125"), model.Predict(new { x = "3.125", drink = "tea" }).Value);
        Assert.NotEqual(Answer(model, "3.125"), Answer(model, "3,125"));
    }
}
