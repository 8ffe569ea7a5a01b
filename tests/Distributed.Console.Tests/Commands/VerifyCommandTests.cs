using System.Text.Json;
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
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Commands;

/// <summary>verify over a scripted store: what is bit-equal, what is not, and what is refused.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private readonly TestConsole _console = new();
    private readonly EncodedDataSet _data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private readonly JobSpecification _specification;

    public VerifyCommandTests()
    {
        _specification = new JobSpecification
        {
            Data = new DataIdentity(_data.Sha256, _data.Training.Rows, _data.Validation!.Rows),
            Network = new NetworkSpecification { Inputs = _data.Encoding.Inputs, Hidden = [6], Outputs = 2, Dropout = 0.1 },
            Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Adam },
            Schedule = new ScheduleSpecification(),
            Epochs = 2,
            BatchSize = 32,
            ShardSize = 5,
            Seed = 1,
        };
        _console.Write("data/dtrain/store.db", "");
    }

    [Theory]
    [InlineData("--threads 1")]
    [InlineData("--threads 3")]
    [InlineData("--from-checkpoint")]
    public async Task Every_kept_checkpoint_of_a_job_that_is_right_is_bit_equal(string options)
    {
        Store(7, 12, 20);

        var code = await _console.RunAsync(["verify", "buyers-1", "--json", .. options.Split(' ')]);

        Assert.Equal((ExitCode.Done, ""), (code, _console.Error));
        var lines = Lines();
        Assert.Equal(options == "--from-checkpoint" ? [12, 20] : [7, 12, 20], lines[..^1].Select(l => l.GetProperty("step").GetInt32()));
        Assert.All(lines, line => Assert.True(line.GetProperty("equal").GetBoolean()));
        Assert.Equal("verified", lines[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task A_single_bit_of_a_weight_is_found()
    {
        Store(7, 12);
        ref var weight = ref _console.Cluster.Checkpoints[12].Weights[3];
        weight = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(weight) ^ 1);

        var code = await _console.RunAsync("verify", "buyers-1");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("step 7: bit-equal", _console.Output, StringComparison.Ordinal);
        Assert.Contains("step 12: 1 parameter differ", _console.Output, StringComparison.Ordinal);
        Assert.Equal("dtrain: the stored weights of buyers-1 are not those of its specification and its samples\n", _console.Error);
    }

    [Fact]
    public async Task A_single_bit_of_the_optimizers_state_is_found()
    {
        Store(7);
        ref var value = ref _console.Cluster.Checkpoints[7].State[3];
        value = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) ^ 1);
        Assert.Equal(ExitCode.Failed, await _console.RunAsync("verify", "buyers-1"));
        Assert.Contains("step 7: the optimizer's state differs", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_arithmetic_is_refused_with_the_reason()
    {
        Store(7);
        var record = _console.Cluster.Records[0];
        _console.Cluster.Records[0] = record with { Specification = _specification with { Arithmetic = ArithmeticVersion.Current + 1 } };
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "buyers-1"));
        Assert.Contains($"arithmetic version {ArithmeticVersion.Current + 1}, this program has {ArithmeticVersion.Current}", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_that_are_gone_or_others_are_refused_with_the_reason()
    {
        Store(7);
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "buyers-1", "--data", _console.PathOf("gone.csv")));
        Assert.Contains("the samples of buyers-1 cannot be read again", _console.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "buyers-1", "--data", "diabetes"));
        Assert.Contains("are others than when it began", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_began_with_given_weights_is_replayed_from_them_or_refused_without_them()
    {
        var given = new float[new ParameterLayout(_specification.Network).Count];
        new Network(_specification.Network).Initialize(99, given);
        var specification = _specification with { Initial = new InitialWeights(ParameterHash.Compute(given), "file w.safetensors") };
        ModelExport.Write(new TrainedModel(specification.Network, _data.Encoding, given), ModelFormat.SafeTensors, _console.PathOf("w.safetensors"));
        Store(specification, given, 7);

        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "buyers-1"));
        Assert.Contains("began with the weights of file w.safetensors, which are not here", _console.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await _console.RunAsync("verify", "buyers-1", "--initial-weights", _console.PathOf("w.safetensors")));
    }

    [Fact]
    public async Task A_jobs_folder_is_verified_without_any_store()
    {
        Store(7, 20);
        var folder = _console.PathOf("run");
        foreach (var (name, step) in new[] { ("best", 7L), ("last", 20L) })
            new TrainedModel(_specification.Network, _data.Encoding, _console.Cluster.Checkpoints[step].Weights).Save(Path.Combine(folder, name));
        new Console.Sessions.JobDocument { Job = "buyers-1", Specification = _specification, Source = Source, BestStep = 7, LastStep = 20 }.Write(folder);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("verify", "--model", folder));
        Assert.Contains("step 7: bit-equal", _console.Output, StringComparison.Ordinal);
        Assert.Contains("step 20: bit-equal", _console.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "--model", folder, "--from-checkpoint"));
        Assert.Contains("a model folder holds no optimizer state", _console.Error, StringComparison.Ordinal);
        Assert.Empty(_console.Started);
    }

    public void Dispose() => _console.Dispose();

    private static DataSettings Source => new() { Source = "buyers", Seed = 1 };

    private JsonElement[] Lines() => [.. _console.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private void Store(params long[] steps) => Store(_specification, null, steps);

    private void Store(JobSpecification specification, float[]? given, params long[] steps)
    {
        var replay = new JobReplay(specification, _data, given is null ? null : (ReadOnlyMemory<float>?)given);
        foreach (var step in steps)
        {
            replay.RunTo(step);
            _console.Cluster.Checkpoints.Add(step, new StoredCheckpoint(step, [.. replay.Weights], [.. replay.State]));
        }
        _console.Cluster.Records.Add(new JobRecord(
            new JobId("buyers-1"), DateTimeOffset.UnixEpoch, specification, new RunOptions(), Source, [], steps[^1], null, null)
        { Checkpoints = steps });
    }
}
