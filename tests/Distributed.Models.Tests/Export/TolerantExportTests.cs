using System.Globalization;
using System.Text;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;
using Distributed.Tests;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distributed.Models.Tests.Export;

/// <summary>
/// Random tables with missing, rare, misspelt and unseen values: they train or are refused in one line, every row of their columns is
/// predicted, and ONNX Runtime answers the same.
/// </summary>
public sealed class TolerantExportTests : IDisposable
{
    private const int Rows = 1_000, FewRows = 200;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Rows_with_missing_and_unseen_values_have_the_same_answers()
    {
        var text = new StringBuilder("age;größe;kind;day;stamp;code;v\n");
        for (var i = 0; i < 120; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i % 9 == 0 ? "NA" : i)};{i / 7},{i % 7};{"pqr"[i % 3]};2023-{1 + i % 12:00}-{1 + i % 28:00};{(i % 6 == 0 ? "?" : $"2024-05-{1 + i % 28:00} {i % 24:00}:{i % 60:00}:07")};{(i < 4 ? $"rare {i}" : i % 5 == 0 ? "" : "st"[i % 2])};{i},5\n");
        var data = DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", text.ToString()), Seed = 3, Rules = 3 });
        Assert.Equal("Number Number Text Date Date Text", string.Join(' ', data.Encoding.Columns.Select(column => column.Kind)));
        AssertAnswersAlike(data.Encoding, new Random(1), "one table", Rows);
    }

    [Fact]
    public void Skewed_numbers_are_exported_as_the_logarithms_that_they_are_learned_as()
    {
        var text = "price,d,days,kind,v\n" + string.Concat(Enumerable.Range(0, 90).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{(i % 8 == 0 ? "" : $"{Math.Exp(i * 37 % 90 / 9.0)}")},2024-01-{1 + i % 28:00},{Math.Pow(3, i * 53 % 90 / 12.0)},{"pq"[i % 2]},{i % 7}.5\n")));
        var data = DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", text), Seed = 3, Rules = 4 });
        Assert.Equal([true, false, true], data.Encoding.Columns.Take(3).Select(column => column.Tolerance!.IsLogarithmic));
        AssertAnswersAlike(data.Encoding, new Random(2), "skewed", Rows);

        var model = Model(data.Encoding);
        model.Save(_folder["skewed"]);
        Assert.Contains("\"version\": 3,", File.ReadAllText(_folder["skewed/model.json"]), StringComparison.Ordinal);
        var row = new Dictionary<string, string> { ["price"] = "1e6", ["d"] = "2024-01-07", ["days"] = "-4", ["kind"] = "p" };
        Assert.Equal(model.Predict(row).Value, TrainedModel.Load(_folder["skewed"]).Predict(row).Value);
    }

    [Fact]
    public void Any_table_trains_or_is_refused_in_one_line_and_its_rows_are_always_predicted_as_the_export_does()
    {
        var trained = 0;
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var csv = RandomTable(random);
            try
            {
                var data = DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", csv), Seed = 3, Rules = 3 + seed % 2 });
                AssertAnswersAlike(data.Encoding, random, $"seed {seed}", FewRows);
                trained++;
            }
            catch (DataException error)
            {
                Assert.True(!error.Message.Contains('\n', StringComparison.Ordinal) && error.Message.Contains("data.csv", StringComparison.Ordinal), $"seed {seed}: {error.Message}");
            }
        }

        Assert.InRange(trained, 25, 50);
    }

    [Fact]
    public void A_strict_model_answers_alike_or_refuses_and_is_stored_as_any_other()
    {
        var text = "a,k,c\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{"pq"[i % 2]},{"xy"[i % 2]}\n"));
        var model = Model(DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", text), Rules = 3 }).Encoding);
        var strict = model.Strictly();
        IReadOnlyDictionary<string, string>[] rows = [new Dictionary<string, string> { ["a"] = "5", ["k"] = "p" }, new Dictionary<string, string> { ["a"] = "", ["k"] = "q" }];
        Assert.Equal(model.Predict(rows).Select(answer => answer.Probabilities), strict.Predict(rows).Select(answer => answer.Probabilities));
        rows[1] = new Dictionary<string, string> { ["a"] = "5", ["k"] = "r" };
        Assert.Equal(2, model.Predict(rows).Count);
        Assert.StartsWith("the rows, line 2, column \"k\": \"r\" was not among the learned categories", Assert.Throws<DataException>(() => strict.Predict(rows)).Message, StringComparison.Ordinal);
        var file = _folder.Write("rows.csv", "k,a\np,1\np,many\n");
        Assert.Equal(2, model.PredictFile(file).Count);
        Assert.Contains("line 3, column \"a\": \"many\" is not a number", Assert.Throws<DataException>(() => strict.PredictFile(file)).Message, StringComparison.Ordinal);
        Assert.Contains("line 3, column \"a\"", Assert.Throws<DataException>(() => strict.PredictFile(file, new TableFormat { Delimiter = "," })).Message, StringComparison.Ordinal);
        model.Save(_folder["usual"]);
        strict.Save(_folder["strict"]);
        Assert.Equal(File.ReadAllText(_folder["usual/model.json"]), File.ReadAllText(_folder["strict/model.json"]));
    }

    [Fact]
    public void A_saved_model_has_the_version_of_its_encoding_and_answers_the_same()
    {
        var text = "a,k,d,c\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{(i % 7 == 0 ? "" : i)},{"pq"[i % 2]},2024-01-{1 + i % 28:00},{"xy"[i % 2]}\n"));
        foreach (var (rules, version) in new[] { (2, 1), (3, 2) })
        {
            var encoding = DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", rules == 2 ? text.Replace(",,", ",0,", StringComparison.Ordinal).Replace("\n,", "\n0,", StringComparison.Ordinal) : text), Rules = rules, Ignore = rules == 2 ? ["d"] : [] }).Encoding;
            var model = Model(encoding);
            model.Save(_folder["m"]);
            Assert.Contains($"\"version\": {version},", File.ReadAllText(_folder["m/model.json"]), StringComparison.Ordinal);
            var row = new Dictionary<string, string> { ["a"] = "5", ["k"] = "p", ["d"] = "2024-01-07" };
            Assert.Equal(model.Predict(row).Probabilities, TrainedModel.Load(_folder["m"]).Predict(row).Probabilities);
        }

        var damaged = File.ReadAllText(_folder["m/model.json"]).Replace("\"median\": ", "\"median\": 1e30", StringComparison.Ordinal);
        File.WriteAllText(_folder["m/model.json"], damaged);
        Assert.Contains("needs finite bounds with the median between them", Assert.Throws<DataException>(() => TrainedModel.Load(_folder["m"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string RandomTable(Random random)
    {
        var (rows, delimiter) = (random.Next(2, 200), ",;\t|"[random.Next(4)]);
        var kinds = Enumerable.Range(0, random.Next(1, 7)).Select(_ => (Kind: random.Next(7), Spread: 1 + random.Next(300))).ToArray();
        var missing = random.NextDouble() * random.NextDouble();
        var text = new StringBuilder(string.Join(delimiter, kinds.Select((_, i) => $"column {i}"))).Append(delimiter).Append("target\n");
        var task = random.Next(3);
        for (var row = 0; row < rows; row++)
        {
            foreach (var (kind, spread) in kinds)
                text.Append('"').Append(random.NextDouble() < missing ? Fault(random) : Cell(random, kind, spread)).Append('"').Append(delimiter);
            var target = random.NextDouble() < missing / 4 ? "NA" : task switch
            {
                0 => "xyz"[random.Next(3)].ToString(),
                1 => random.Next(4).ToString(CultureInfo.InvariantCulture),
                _ => (random.NextDouble() * 100).ToString("F3", CultureInfo.InvariantCulture),
            };
            text.Append(target).Append('\n');
        }

        return text.ToString();
    }

    private static string Fault(Random random) => random.Next(8) switch
    {
        0 => "NA",
        1 => "?",
        2 => "n/a",
        3 => "some words",
        4 => "1e999",
        5 => "2024-13-45",
        6 => "-",
        _ => "",
    };

    private static string Cell(Random random, int kind, int spread) => kind switch
    {
        0 => (random.NextDouble() * spread).ToString("R", CultureInfo.InvariantCulture),
        1 => random.Next(spread).ToString(CultureInfo.InvariantCulture),
        2 => $"word {random.Next(spread)}",
        3 => new DateTime(2020, 1, 1).AddDays(random.Next(spread * 10)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        4 => new DateTime(1999, 1, 1).AddMinutes(random.Next(spread * 5_000)).ToString("dd.MM.yyyy HH:mm", CultureInfo.InvariantCulture),
        5 => $"{random.Next(1, spread + 1)},{random.Next(100):00}",
        _ => $"$ {random.Next(1, 9)},{random.Next(1_000):000}.{random.Next(10)}",
    };

    private static void AssertAnswersAlike(FeatureEncoding encoding, Random random, string what, int count)
    {
        Assert.True(encoding.Validate() is null, $"{what}: {encoding.Validate()}");
        var model = Model(encoding);
        var rows = Enumerable.Range(0, count).Select(_ => (IReadOnlyDictionary<string, string>)encoding.Columns.ToDictionary(
            column => column.Name,
            column => random.Next(6) == 0 ? Fault(random)
                : column.Kind == ColumnKind.Text && random.Next(3) > 0 ? column.Categories[random.Next(column.Categories.Count)]
                : Cell(random, random.Next(7), 1 + random.Next(300)))).ToArray();
        try
        {
            using var runtime = new RuntimeModel(model);
            Ask(runtime.Session, encoding, rows).AssertAnswersOf(model, model.Predict(rows));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new InvalidOperationException($"{what}: {string.Join(" | ", encoding.Columns.Select(column => $"{column.Kind} {column.Inputs}"))}", error);
        }
    }

    /// <summary>Reads cells outside the graph, as its metadata says: NaN and "" for what is missing.</summary>
    private static RuntimeAnswer Ask(InferenceSession session, FeatureEncoding encoding, IReadOnlyDictionary<string, string>[] rows)
    {
        Assert.Contains("NaN for missing", session.ModelMetadata.CustomMetadataMap["cells"], StringComparison.Ordinal);
        var numeric = encoding.Columns.Where(column => column.Kind != ColumnKind.Text).ToArray();
        var inputs = new List<NamedOnnxValue>();
        if (numeric.Length > 0)
        {
            var numbers = new DenseTensor<double>([rows.Length, numeric.Length]);
            for (var r = 0; r < rows.Length; r++)
                for (var i = 0; i < numeric.Length; i++)
                {
                    numeric[i].ReadingWith(MissingMarks.Usual, null).Read(rows[r][numeric[i].Name], out var number);
                    numbers[r, i] = number;
                }

            inputs.Add(NamedOnnxValue.CreateFromTensor("numbers", numbers));
        }

        foreach (var column in encoding.Columns.Where(column => column.Kind == ColumnKind.Text))
        {
            var name = "text_" + string.Concat(column.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            inputs.Add(NamedOnnxValue.CreateFromTensor(
                name, new DenseTensor<string>(rows.Select(row => MissingMarks.Usual.InTexts(row[column.Name]) ? "" : row[column.Name]).ToArray(), [rows.Length])));
        }

        using var outputs = session.Run(inputs);
        var byName = outputs.ToDictionary(output => output.Name);
        return byName.TryGetValue("value", out var value)
            ? new RuntimeAnswer([], [], [.. value.AsEnumerable<double>()])
            : new RuntimeAnswer([.. byName["class"].AsEnumerable<string>()], [.. byName["probabilities"].AsEnumerable<float>()], []);
    }

    private static TrainedModel Model(FeatureEncoding encoding)
    {
        var network = new Network(SmallModel.SpecificationOf(encoding, [5]));
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(network.Specification, encoding, parameters);
    }
}
