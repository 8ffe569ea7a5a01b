using System.Text;
using CsCheck;
using Distributed.Data;
using Distributed.Learning.Networks;
using Distributed.Tests;

namespace Distributed.Models.Tests;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("buyers")]
    [InlineData("diabetes")]
    [InlineData("digits")]
    public void A_saved_model_loads_with_the_same_bits_and_gives_the_same_answers(string source)
    {
        var model = SmallModel.Of(source, [5, 3]);
        model.Save(_folder["m"]);
        var loaded = TrainedModel.Load(_folder["m"]);

        Assert.Equal(model.Parameters.ToArray().Select(BitConverter.SingleToInt32Bits), loaded.Parameters.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(model.Network, loaded.Network);
        Assert.Equal(model.Origin.DataSha256, loaded.Origin.DataSha256);
        var (asked, answered) = (model.PredictFile(source), loaded.PredictFile(source));
        for (var i = 0; i < asked.Count; i++)
        {
            Assert.Equal(asked[i].Class, answered[i].Class);
            Assert.Equal(asked[i].Value, answered[i].Value);
            Assert.Equal(asked[i].Probabilities, answered[i].Probabilities);
        }

        Assert.Equal(["model.json", "weights.safetensors"], Directory.GetFiles(_folder["m"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_weights_file_is_as_the_specification_says_and_its_data_is_the_flat_vector()
    {
        var model = SmallModel.Buyers();
        model.Save(_folder["m"]);
        var bytes = File.ReadAllBytes(Path.Combine(_folder["m"], ModelFolder.WeightsName));
        var headerLength = (int)BitConverter.ToUInt64(bytes);
        var header = Encoding.UTF8.GetString(bytes, 8, headerLength);

        Assert.Equal(0, headerLength % 8);
        Assert.Equal(
            "{\"__metadata__\":{\"format\":\"distributed\",\"sha256\":\"" + ParameterHash.Compute(model.Parameters) + "\"},"
            + "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[4,5],\"data_offsets\":[0,80]},"
            + "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[80,100]},"
            + "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[5,2],\"data_offsets\":[100,140]},"
            + "\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[140,148]}}",
            header.TrimEnd(' '));
        Assert.Equal(
            ParameterHash.Compute(model.Parameters),
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(8 + headerLength))));
    }

    [Fact]
    public void Saving_again_replaces_the_model_and_leaves_no_partial_file()
    {
        SmallModel.Buyers().Save(_folder["m"]);
        File.WriteAllText(Path.Combine(_folder["m"], ModelFolder.ModelFile + ".partial"), "left by a crash");
        SmallModel.Diabetes().Save(_folder["m"]);

        Assert.Equal(TaskKind.Regress, TrainedModel.Load(_folder["m"]).Encoding.Task);
        Assert.Equal(2, Directory.GetFiles(_folder["m"]).Length);
    }

    [Fact]
    public void An_output_folder_gives_its_best_model_and_without_one_its_last()
    {
        SmallModel.Buyers().Save(_folder["last"]);
        Assert.Equal("buyers", TrainedModel.Load(_folder.Path).Origin.Data);
        SmallModel.Diabetes().Save(_folder["best"]);
        Assert.Equal("diabetes", TrainedModel.Load(_folder.Path).Origin.Data);
        Assert.Equal(_folder["best"], ModelFolder.Find(_folder.Path));
    }

    [Fact]
    public void A_missing_model_or_file_is_named()
    {
        string Message(string folder) => _folder.Shorten(Assert.Throws<DataException>(() => TrainedModel.Load(folder)).Message);

        Assert.Equal(
            "gone: there is no such folder; a folder with model.json and weights.safetensors is needed, or one whose folder best or last has them",
            Message(_folder["gone"]));
        Assert.Equal(
            "folder: the folder holds no model; a folder with model.json and weights.safetensors is needed, or one whose folder best or last has them",
            Message(_folder.Path));
        SmallModel.Buyers().Save(_folder["m"]);
        File.Delete(Path.Combine(_folder["m"], ModelFolder.WeightsName));
        Assert.Equal("m/weights.safetensors: there is no such file; save or fetch the model again", Message(_folder["m"]));
    }

    [Fact]
    public void Weights_of_another_model_are_refused_although_their_shapes_fit()
    {
        var model = SmallModel.Buyers();
        model.Save(_folder["m"]);
        var other = model.Parameters.ToArray();
        other[3] += 1;
        new TrainedModel(model.Network, model.Encoding, other).Save(_folder["other"]);
        File.Copy(Path.Combine(_folder["other"], ModelFolder.WeightsName), Path.Combine(_folder["m"], ModelFolder.WeightsName), overwrite: true);

        Assert.Equal(
            "m/weights.safetensors: the weights are not those that model.json was saved with (their SHA-256 differs); save or fetch the model again",
            _folder.Shorten(Assert.Throws<DataException>(() => TrainedModel.Load(_folder["m"])).Message));
    }

    public static TheoryData<string, string, string> BadModelFiles => new()
    {
        { "\"version\": 1", "\"version\": 9", "m/model.json: the model has version 9; this program reads versions 1 to 4" },
        { "\"hidden\": [\n      5\n    ]", "\"hidden\": [\n      0\n    ]", "m/model.json: not a valid model: a hidden layer must have 1 to 1048576 neurons, not 0; save or fetch the model again" },
        { "\"hidden\": [\n      5\n    ]", "\"hidden\": [\n      6\n    ]", "m/weights.safetensors: the tensor layers.0.weight has the shape [4, 5]; model.json's network needs [4, 6]" },
        { "\"hidden\": [\n      5\n    ]", "\"hidden\": []", "m/weights.safetensors: the tensor layers.0.weight has the shape [4, 5]; model.json's network needs [4, 2]" },
        { "\"inputs\": 4", "\"inputs\": 5", "m/model.json: not a valid model: the network has 5 inputs and the encoding makes 4; save or fetch the model again" },
        { "\"task\": \"Classify\"", "\"task\": \"Regress\"", "m/model.json: not a valid model: a regression has no classes; save or fetch the model again" },
        { "\"name\": \"age\"", "\"name\": \"gender\"", "m/model.json: not a valid model: the column \"gender\" is there twice; save or fetch the model again" },
        { "\"male\"", "\"female\"", "m/model.json: not a valid model: the categories of column \"gender\" must be different texts; save or fetch the model again" },
        { "\"no\",", "null,", "m/model.json: not a valid model: a classifier needs at least two classes of different names; save or fetch the model again" },
    };

    [Theory]
    [MemberData(nameof(BadModelFiles))]
    public void A_model_file_whose_parts_do_not_fit_is_refused(string old, string changed, string message)
    {
        SmallModel.Buyers().Save(_folder["m"]);
        var path = Path.Combine(_folder["m"], ModelFolder.ModelFile);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, changed, StringComparison.Ordinal));

        var error = Assert.Throws<DataException>(() => TrainedModel.Load(_folder["m"]));
        Assert.Equal(message, _folder.Shorten(error.Message));
    }

    [Fact]
    public void A_model_file_that_is_no_json_says_where()
    {
        SmallModel.Buyers().Save(_folder["m"]);
        File.WriteAllText(Path.Combine(_folder["m"], ModelFolder.ModelFile), "{\n \"version\": 1,\n oops }");
        var error = Assert.Throws<DataException>(() => TrainedModel.Load(_folder["m"]));
        Assert.StartsWith("m/model.json, line 3: not a valid model: ", _folder.Shorten(error.Message), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelFolder.WeightsName)]
    [InlineData(ModelFolder.ModelFile)]
    public void Any_change_of_a_models_bytes_gives_an_explained_refusal_or_the_same_weights(string file)
    {
        var model = SmallModel.Buyers();
        model.Save(_folder["m"]);
        var path = Path.Combine(_folder["m"], file);
        var whole = File.ReadAllBytes(path);
        ByteChange.Of(whole).Sample(
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                try
                {
                    var loaded = TrainedModel.Load(_folder["m"]);
                    Assert.Equal(model.Parameters.ToArray(), loaded.Parameters.ToArray());
                    loaded.PredictFile("buyers");
                }
                catch (DataException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 2_000, threads: 1);
    }

    public void Dispose() => _folder.Dispose();
}
