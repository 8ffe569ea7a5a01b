using System.IO.Compression;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Models;
using Distributed.Models.Export;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;
using Distributed.Tests;

namespace Distributed.Console.Tests.Remote;

/// <summary>The commands against a server, over a scripted gateway: what is sent, what is said, with which exit code.</summary>
public sealed class ServerCommandTests : IDisposable
{
    private static readonly JobId Job = new("buyers-1");
    private readonly TestConsole _console = new();
    private readonly EncodedDataSet _data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private readonly JobSpecification _specification;

    public ServerCommandTests()
    {
        _console.Variables["DTRAIN_SERVER"] = "http://gate:8080";
        _specification = new JobSpecification
        {
            Data = new DataIdentity(_data.Sha256, _data.Training.Rows, _data.Validation!.Rows),
            Network = new NetworkSpecification { Inputs = _data.Encoding.Inputs, Hidden = [4], Outputs = 2 },
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 2,
            BatchSize = 32,
            ShardSize = 32,
            Seed = 1,
        };
    }

    [Fact]
    public async Task Submit_uploads_a_table_that_is_here_and_sends_the_settings_as_a_job_file()
    {
        var id = new string('a', 64);
        var table = _console.Write("my table.csv", "a,b\n1,x\n");
        _console.Gateway.On("POST /api/v1/datasets?name=my%20table.csv", new Dataset(id, "my table.csv", "table", 8, DateTimeOffset.UnixEpoch, []), ApiJson.Default.Dataset);
        _console.Gateway.On("POST /api/v1/jobs", Detail(JobPhase.Queued), ApiJson.Default.JobDetail);
        var file = _console.Write("job.json", "{\"hidden\": [8, 4], \"workers\": 3, \"epochs\": 9}");
        _console.Variables["DTRAIN_API_KEY"] = "secret-key";

        var code = await _console.RunAsync("submit", "--data", table, "--job", file, "--epochs", "2");

        Assert.Equal((ExitCode.Done, ""), (code, _console.Error));
        Assert.Equal("a,b\n1,x\n", _console.Gateway.Asked[0].Body);
        var (_, request, body) = _console.Gateway.Asked[1];
        Assert.Equal("Bearer secret-key", request.Headers.Authorization!.ToString());
        Assert.Single(request.Headers.GetValues(ApiHeaders.IdempotencyKey));
        using var sent = JsonDocument.Parse(body);
        Assert.Equal(
            ["data=" + id, "epochs=2", "hidden=8,4"],
            sent.RootElement.EnumerateObject().Select(p => $"{p.Name}={p.Value.GetString()}").Order(StringComparer.Ordinal));
        Assert.Contains("workers set up one process and are left out", _console.Output, StringComparison.Ordinal);
        Assert.Contains("buyers-1 is queued", _console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", _console.Output + _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_key_that_other_users_can_read_is_refused_with_the_remedy()
    {
        var file = _console.Write("key", "0123456789abcdef0123");
        File.SetUnixFileMode(_console.Folder, File.GetUnixFileMode(_console.Folder) | UnixFileMode.GroupExecute);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("nodes", "--api-key-file", file));
        Assert.Equal($"dtrain: --api-key-file: {file} can be read or written by other users: chmod 600 {file}\n", _console.Error);
    }

    [Fact]
    public async Task A_submission_whose_answer_was_lost_is_sent_again_with_the_same_key()
    {
        _console.Gateway.On("POST /api/v1/jobs", () => throw new HttpRequestException("reset"), () => Json(Detail(JobPhase.Queued)));
        var running = _console.RunAsync("submit", "--quiet");
        while (!running.IsCompleted)
        {
            _console.Clock.Advance(1);
            await Task.WhenAny(running, Task.Delay(5));
        }
        Assert.Equal((ExitCode.Done, "buyers-1\n"), (await running, _console.Output));
        var keys = _console.Gateway.Asked.Select(a => a.Request.Headers.GetValues(ApiHeaders.IdempotencyKey).Single()).ToArray();
        Assert.Equal(2, keys.Length);
        Assert.Equal(keys[0], keys[1]);
    }

    [Fact]
    public async Task A_server_that_has_no_time_for_now_is_asked_again_a_few_times_with_the_same_key()
    {
        _console.Gateway.On(
            "POST /api/v1/jobs", () => FakeGateway.Problem(HttpStatusCode.ServiceUnavailable, "not ready"), () => FakeGateway.Problem(HttpStatusCode.TooManyRequests, "too much"),
            () => Json(Detail(JobPhase.Queued)));
        Assert.Equal((ExitCode.Done, "buyers-1\n"), (await RunAsync("submit", "--quiet"), _console.Output));
        Assert.Single(_console.Gateway.Asked.Select(a => a.Request.Headers.GetValues(ApiHeaders.IdempotencyKey).Single()).Distinct());

        _console.Gateway.On("GET /api/v1/nodes", () => FakeGateway.Problem(HttpStatusCode.ServiceUnavailable, "no directory"));
        Assert.Equal(ExitCode.Failed, await RunAsync("nodes"));
        Assert.Equal("dtrain: gate:8080 answers with status 503: no directory\n", _console.Error);
        Assert.Equal(3 + 4, _console.Gateway.Asked.Count);
    }

    [Fact]
    public async Task Watch_takes_a_broken_stream_up_where_it_was_and_shows_every_epoch_once()
    {
        _console.Gateway.On("GET /api/v1/jobs/buyers-1", Detail(JobPhase.Running), ApiJson.Default.JobDetail);
        var (first, second) = (Epoch(0, null), Epoch(1, StopReason.Epochs));
        _console.Gateway.On(
            "GET /api/v1/jobs/buyers-1/events",
            () => FakeGateway.Events(true, 5, new JobStateChanged(Job, JobPhase.Running, null, null), new JobStarted(Job, 0, 20, 10, 2), first),
            () => throw new HttpRequestException("refused"),
            () => FakeGateway.Problem(HttpStatusCode.ServiceUnavailable, "not ready"),
            () => FakeGateway.Events(false, 7, first, second, new JobFinished(Job, new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null))));
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=last", () => Zip(Weights(0.5f), 20));

        var code = await RunAsync("watch", "buyers-1", "--json");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(["started", "epoch", "epoch", "completed"], Lines().Select(l => l.GetProperty("event").GetString()));
        Assert.Equal(ParameterHash.Compute(Weights(0.5f)), Lines()[^1].GetProperty("weightsSha256").GetString());
        var streams = _console.Gateway.Asked.Where(a => a.What.EndsWith("/events", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, streams.Length);
        Assert.False(streams[0].Request.Headers.Contains(ApiHeaders.LastEventId));
        Assert.All(streams[1..], s => Assert.Equal("7", s.Request.Headers.GetValues(ApiHeaders.LastEventId).Single()));
        Assert.Contains("the connection to gate:8080 broke (connection reset by peer); taking it up again", _console.Error, StringComparison.Ordinal);
        Assert.Contains("connected to gate:8080 again", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_tells_how_the_job_began_and_not_how_it_is_when_the_watcher_comes()
    {
        var first = Epoch(0, null);
        _console.Gateway.On(
            "GET /api/v1/jobs/buyers-1", Detail(JobPhase.Running) with { Epochs = [first.Decision], LastCheckpoint = 10, FirstWorkers = 1 }, ApiJson.Default.JobDetail);
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/events", () => FakeGateway.Events(
            false, 4, new JobStarted(Job, 0, 20, 10, 1), new WorkersChanged(Job, 3), first, Epoch(1, StopReason.Epochs),
            new JobFinished(Job, new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null))));
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=last", () => Zip(Weights(0.5f), 20));

        Assert.Equal(ExitCode.Done, await RunAsync("watch", "buyers-1", "--json"));
        var lines = Lines();
        Assert.Equal(["started", "epoch", "epoch", "completed"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.Equal((0, 1), (lines[0].GetProperty("fromStep").GetInt64(), lines[0].GetProperty("workers").GetInt32()));
        Assert.False(lines[1].TryGetProperty("workers", out _)); // nobody followed it
        Assert.Contains(_console.Gateway.Asked, asked => asked.What == "GET /api/v1/jobs/buyers-1?last=0");
        Assert.Contains(_console.Gateway.Asked, asked => asked.What == "GET /api/v1/jobs/buyers-1/events?from=1");
        Assert.Equal((3, 3), (lines[2].GetProperty("workers").GetInt32(), lines[3].GetProperty("workers").GetInt32()));
    }

    [Fact]
    public async Task A_number_of_workers_that_nobody_told_is_left_out()
    {
        _console.Gateway.On("GET /api/v1/jobs/buyers-1", Detail(JobPhase.Running), ApiJson.Default.JobDetail);
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/events", () => FakeGateway.Events(
            false, 4, Epoch(0, null), Epoch(1, StopReason.Epochs), new JobFinished(Job, new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null))));
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=last", () => Zip(Weights(0.5f), 20));

        Assert.Equal(ExitCode.Done, await RunAsync("watch", "buyers-1", "--json"));
        Assert.Equal(["started", "epoch", "epoch", "completed"], Lines().Select(l => l.GetProperty("event").GetString()));
        Assert.All(Lines(), line => Assert.False(line.TryGetProperty("workers", out _)));
    }

    [Fact]
    public async Task Watch_gives_up_after_minutes_and_says_that_the_job_goes_on()
    {
        _console.Gateway.On("GET /api/v1/jobs/buyers-1", Detail(JobPhase.Running), ApiJson.Default.JobDetail);
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/events", () => throw new HttpRequestException("refused"));
        Assert.Equal(ExitCode.Failed, await RunAsync("watch", "buyers-1"));
        Assert.Contains("gate:8080 cannot be reached (refused); the job goes on there, and 'dtrain watch buyers-1' follows it again", _console.Error, StringComparison.Ordinal);
        Assert.InRange(_console.Gateway.Asked.Count, 10, 60);
    }

    [Fact]
    public async Task Leaving_a_job_says_that_it_goes_on_and_asks_nothing_of_the_server()
    {
        using var leave = new CancellationTokenSource();
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/events", () =>
        {
            leave.Cancel();
            return FakeGateway.Events(true, 1, new JobStarted(Job, 0, 20, 10, 2));
        });
        using var output = new StringWriter();
        using var display = new PlainDisplay(output, output, _console.Clock, quiet: false);
        var environment = ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync) with { TerminalWidth = null, Clock = _console.Clock };
        using var client = new HttpTrainingClient(new Uri("http://gate:8080"), null, _console.Gateway.Handler(), _console.Clock, display.Noticed);

        var code = await new FollowedRun(environment, client, display).RunAsync(Detail(JobPhase.Running), null, leave.Token);

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("buyers-1 goes on at gate:8080; it is followed again with: dtrain watch buyers-1", output.ToString(), StringComparison.Ordinal);
        Assert.All(_console.Gateway.Asked, a => Assert.StartsWith("GET ", a.What, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "there is no job 'buyers-1'", 2, "dtrain: there is no job 'buyers-1'\n")]
    [InlineData(HttpStatusCode.Conflict, "it has ended", 2, "dtrain: it has ended\n")]
    [InlineData(HttpStatusCode.Unauthorized, "the key is unknown", 2, "dtrain: gate:8080 wants an API key: set DTRAIN_API_KEY or give --api-key-file FILE (the key is unknown)\n")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "the store does not answer", 1, "dtrain: gate:8080 answers with status 503: the store does not answer\n")]
    public async Task A_servers_problem_is_one_line(HttpStatusCode status, string detail, int code, string expected)
    {
        _console.Gateway.On("POST /api/v1/jobs/buyers-1/pause", () => FakeGateway.Problem(status, detail));
        Assert.Equal(code, await _console.RunAsync("pause", "buyers-1"));
        Assert.Equal(expected, _console.Error);
    }

    [Fact]
    public async Task Something_that_is_no_gateway_is_told_in_one_line()
    {
        _console.Gateway.On("GET /api/v1/nodes", () => FakeGateway.Json("<html>", type: "text/html"));
        Assert.Equal(ExitCode.Failed, await _console.RunAsync("nodes"));
        Assert.Contains("is it a gateway of this release?", _console.Error, StringComparison.Ordinal);
        Assert.Single(_console.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("pause buyers-1", "POST /api/v1/jobs/buyers-1/pause", JobPhase.Paused, "buyers-1 is paused\n")]
    [InlineData("cancel buyers-1", "POST /api/v1/jobs/buyers-1/cancel", JobPhase.Cancelled, "buyers-1 is cancelled\n")]
    [InlineData("resume buyers-1 --blocks 3", "POST /api/v1/jobs/buyers-1/resume", JobPhase.Queued, "buyers-1 is queued\n")]
    public async Task A_job_is_steered(string line, string expected, JobPhase state, string said)
    {
        _console.Gateway.On(expected, Detail(state).Summary, ApiJson.Default.JobSummary);
        Assert.Equal(ExitCode.Done, await _console.RunAsync(line.Split(' ')));
        Assert.Equal(said, _console.Output);
        Assert.Equal(line.Contains("--blocks", StringComparison.Ordinal) ? "{\"blocks\":\"3\"}" : "", _console.Gateway.Asked.Single().Body);
    }

    [Fact]
    public async Task Lists_fit_eighty_columns_and_json_is_the_servers_own()
    {
        var load = new NodeLoad { Processors = 2, BusyProcessors = 1.9, MemoryBytes = 1, UptimeSeconds = 1, SamplesPerSecond = 123_456, SentBytesPerSecond = 5e8, Jobs = ["buyers-1"] };
        var node = new NodeInfo { Address = "127.0.0.1:40001", Roles = ["coordinator", "parameter-server", "worker", "gateway"], State = "up", Reachable = true, Version = "0.1.0", Load = load };
        _console.Gateway.On("GET /api/v1/nodes", new NodeList([node, node with { Load = null, Reachable = false }]), ApiJson.Default.NodeList);
        _console.Gateway.On("GET /api/v1/jobs?limit=100", new JobList([Detail(JobPhase.Queued).Summary with { Reason = "waits for 2 workers, 1 is there" }], "buyers-1"), ApiJson.Default.JobList);
        _console.Gateway.On("GET /api/v1/jobs?limit=100&before=buyers-1", new JobList([Detail(JobPhase.Failed).Summary], null), ApiJson.Default.JobList);
        var dataset = new Dataset(new string('b', 64), "flowers.csv", "table", 12_345, DateTimeOffset.UnixEpoch, []);
        _console.Gateway.On("GET /api/v1/datasets", new DatasetList([dataset]), ApiJson.Default.DatasetList);
        _console.Gateway.On($"GET /api/v1/datasets/{dataset.Id}", new DatasetDescription
        {
            Dataset = dataset,
            Rows = 150,
            Columns = [new ColumnDescription("width", "number", 2, 40, false, 0.1, 2.5, 1.2), new ColumnDescription("species", "text", 0, 3, false, null, null, null)],
            ClassCounts = new Dictionary<string, long> { ["a"] = 75, ["b"] = 75 },
        }, ApiJson.Default.DatasetDescription);
        _console.Gateway.On($"DELETE /api/v1/datasets/{dataset.Id}", () => new HttpResponseMessage(HttpStatusCode.NoContent));

        foreach (var line in new[] { "nodes", "jobs", "data list", "data show flowers.csv", "data show bbbb", "data delete flowers.csv" })
            Assert.Equal((ExitCode.Done, ""), (await _console.RunAsync(line.Split(' ')), _console.Error));

        Assert.All(_console.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (var expected in new[] { "waits for 2 workers, 1 is there", "1.9/2", "works on buyers-1", "unreachable", "150 rows, 2 columns", "classes: a 75, b 75", "is deleted" })
            Assert.Contains(expected, _console.Output, StringComparison.Ordinal);
        Assert.Empty(_console.Started);

        using var other = new TestConsole();
        other.Variables["DTRAIN_SERVER"] = "gate:8080";
        other.Gateway.On("GET /api/v1/nodes", new NodeList([node]), ApiJson.Default.NodeList);
        await other.RunAsync("nodes", "--json");
        Assert.Equal(JsonSerializer.Serialize(new NodeList([node]), ApiJson.Default.NodeList) + "\n", other.Output);
    }

    [Fact]
    public async Task A_jobs_model_is_fetched_to_predict_to_export_and_to_be_computed_again()
    {
        var replay = new JobReplay(_specification, _data);
        replay.RunTo(10);
        var best = replay.Weights.ToArray();
        replay.RunTo(20);
        var detail = Detail(JobPhase.Completed) with { BestCheckpoint = 10, LastCheckpoint = 20, End = new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null) };
        _console.Gateway.On("GET /api/v1/jobs/buyers-1", detail, ApiJson.Default.JobDetail);
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=best", () => Zip(best, 10));
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=last", () => Zip(replay.Weights, 20));

        Assert.Equal(ExitCode.Done, await _console.RunAsync("verify", "buyers-1"));
        Assert.Contains("step 10: bit-equal", _console.Output, StringComparison.Ordinal);
        Assert.Contains("step 20: bit-equal", _console.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("export", "--job", "buyers-1", "-o", _console.PathOf("m.safetensors")));
        Assert.Equal(best, ModelExport.ReadWeights(_console.PathOf("m.safetensors"), _specification.Network));

        Assert.Equal(ExitCode.Done, await _console.RunAsync("predict", "--job", "buyers-1", "--data", "buyers", "--format", "csv"));
        Assert.Contains("buyers-1: the checkpoint of step 20 predicts", _console.Error, StringComparison.Ordinal);
        var model = new TrainedModel(_specification.Network, _data.Encoding, replay.Weights);
        Assert.Contains("\n1," + model.PredictFile("buyers")[0].Class, _console.Output, StringComparison.Ordinal);
        Assert.Empty(_console.Started);
    }

    [Fact]
    public async Task A_damaged_model_is_refused()
    {
        _console.Gateway.On("GET /api/v1/jobs/buyers-1/model?checkpoint=best", () => new HttpResponseMessage { Content = new ByteArrayContent([1, 2, 3]) });
        Assert.Equal(ExitCode.Failed, await _console.RunAsync("export", "--job", "buyers-1", "-o", _console.PathOf("m.onnx")));
        Assert.Contains("gate:8080 sends a damaged model", _console.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _console.Dispose();

    /// <summary>Runs while time passes.</summary>
    private async Task<int> RunAsync(params string[] arguments)
    {
        var running = _console.RunAsync(arguments);
        for (var i = 0; i < 20_000 && !running.IsCompleted; i++)
        {
            _console.Clock.Advance(1);
            await Task.WhenAny(running, Task.Delay(2));
        }
        return await running.WaitAsync(TimeSpan.FromSeconds(1));
    }

    private JsonElement[] Lines() => [.. _console.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static HttpResponseMessage Json(JobDetail detail) => FakeGateway.Json(JsonSerializer.Serialize(detail, ApiJson.Default.JobDetail));

    private static EpochEnded Epoch(int epoch, StopReason? stop) =>
        new(Job, 10 * (epoch + 1), new EpochDecided(epoch, true, stop, new EpochMetrics { TrainLoss = 1, ValidationLoss = 1, ValidationAccuracy = 0.5 }));

    private float[] Weights(float value)
    {
        var weights = new float[new ParameterLayout(_specification.Network).Count];
        Array.Fill(weights, value);
        return weights;
    }

    private HttpResponseMessage Zip(float[] weights, long step)
    {
        var folder = _console.PathOf("zip");
        new TrainedModel(_specification.Network, _data.Encoding, weights).Save(folder);
        using var bytes = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, bytes);
        var response = new HttpResponseMessage { Content = new ByteArrayContent(bytes.ToArray()) };
        response.Headers.Add(ApiHeaders.CheckpointStep, step.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return response;
    }

    private JobDetail Detail(JobPhase state) => new()
    {
        Summary = new JobSummary { Id = Job.Value, State = state, Data = "buyers", SubmittedAt = DateTimeOffset.UnixEpoch, MaximumEpochs = 2, TotalSteps = 20 },
        Specification = _specification,
        Options = new RunOptions(),
        Source = new DataSettings { Source = "buyers", Seed = 1 },
        Epochs = [],
    };
}
