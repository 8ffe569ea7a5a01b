using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Results;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Models;
using Distributed.Models.Export;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Commands;

/// <summary>export, and train from the weights that it wrote.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly TestConsole _console = new();
    private readonly EncodedDataSet _data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private readonly NetworkSpecification _network;

    public ExportCommandTests() => _network = new NetworkSpecification { Inputs = _data.Encoding.Inputs, Hidden = [4], Outputs = 2 };

    [Theory]
    [InlineData("m.safetensors", "", 0.1f)]
    [InlineData("m.bin", "--format safetensors --checkpoint last", 0.2f)]
    public async Task A_jobs_folder_gives_its_best_or_its_last_weights(string file, string options, float expected)
    {
        Model(0.1f).Save(_console.PathOf("job/best"));
        Model(0.2f).Save(_console.PathOf("job/last"));

        var code = await _console.RunAsync(
            ["export", "--model", _console.PathOf("job"), "-o", _console.PathOf(file), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((ExitCode.Done, ""), (code, _console.Error));
        Assert.Equal(expected, ModelExport.ReadWeights(_console.PathOf(file), _network)[0]);
        Assert.Contains(ParameterHash.Compute(Model(expected).Parameters), _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_the_store_is_exported_with_the_encoding_of_its_samples()
    {
        _console.Write("data/dtrain/store.db", "");
        _console.Cluster.Records.Add(Record());

        var code = await _console.RunAsync("export", "--job", "buyers-1", "-o", _console.PathOf("m.onnx"));

        Assert.Equal((ExitCode.Done, ""), (code, _console.Error));
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(_console.PathOf("m.onnx")));
        Assert.Contains("text_gender", text, StringComparison.Ordinal);
        Assert.Contains("buyers-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_whose_samples_are_others_now_is_not_exported_with_a_wrong_encoding()
    {
        _console.Write("data/dtrain/store.db", "");
        var record = Record();
        _console.Cluster.Records.Add(record with { Specification = record.Specification with { Data = new DataIdentity(new string('0', 64), 1, 0) } });

        var code = await _console.RunAsync("export", "--job", "buyers-1", "-o", _console.PathOf("m.onnx"));

        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Contains("are others than when it began", _console.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_console.PathOf("m.onnx")));
    }

    [Fact]
    public async Task Exported_weights_begin_a_new_job_and_its_specification_says_so()
    {
        var network = _network with { Hidden = [128] };
        var parameters = new float[new ParameterLayout(network).Count];
        new Network(network).Initialize(9, parameters);
        ModelExport.Write(new TrainedModel(network, _data.Encoding, parameters), ModelFormat.SafeTensors, _console.PathOf("w.safetensors"));
        _console.Cluster.OnStart = (_, cluster) => cluster.FallSilent();

        await _console.RunAsync("train", "--data", "buyers", "--initial-weights", _console.PathOf("w.safetensors"), "--out", _console.PathOf("out"));

        Assert.Equal(parameters, _console.Cluster.Submitted!.InitialParameters);
        Assert.Equal(new InitialWeights(ParameterHash.Compute(parameters), "file w.safetensors"), _console.Cluster.Submitted.Specification.Initial);
    }

    [Fact]
    public async Task Weights_of_another_network_are_refused_with_both_shapes_before_anything_begins()
    {
        ModelExport.Write(Model(0.1f), ModelFormat.SafeTensors, _console.PathOf("w.safetensors"));

        var code = await _console.RunAsync("train", "--data", "buyers", "--hidden", "5", "--initial-weights", _console.PathOf("w.safetensors"));

        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Contains("the tensor layers.0.weight has the shape [4, 4]; the job's network needs [4, 5] (layers of 4 → 5 → 2)", _console.Error, StringComparison.Ordinal);
        Assert.Null(_console.Cluster.Submitted);
    }

    public void Dispose() => _console.Dispose();

    private TrainedModel Model(float value)
    {
        var parameters = new float[new ParameterLayout(_network).Count];
        Array.Fill(parameters, value);
        return new TrainedModel(_network, _data.Encoding, parameters);
    }

    private JobRecord Record() => new(
        new JobId("buyers-1"), DateTimeOffset.UnixEpoch,
        new JobSpecification
        {
            Data = new DataIdentity(_data.Sha256, _data.Training.Rows, _data.Validation!.Rows),
            Network = _network,
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 1,
            BatchSize = 32,
            ShardSize = 32,
            Seed = 1,
        },
        new RunOptions(), new DataSettings { Source = "buyers", Seed = 1 }, [], 20, 20, null);
}
