using System.IO.Compression;
using System.Net;
using Distributed.Api;
using Distributed.Models;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Node.Tests.Http;

[Collection(GatewayCollection.Name)]
public sealed class JobRouteTests(GatewayFixture gateway)
{
    private readonly HttpClient _client = gateway.Client;

    [Fact]
    public async Task A_job_is_submitted_watched_and_its_model_taken_away()
    {
        var submitted = await _client.SubmitAsync("""{ "data": "digits", "hidden": [16], "epochs": 3, "name": "whole-way" }""");
        Assert.Equal(("whole-way", 3), (submitted.Summary.Id, submitted.Specification.Epochs));
        var (names, started) = (new List<string>(), "");
        await foreach (var (_, name, data) in _client.EventsAsync("whole-way"))
        {
            names.Add(name);
            if (name == "started") started = data;
            Assert.NotNull(ApiEvents.Read(name, data));
        }
        Assert.Equal("state", names[0]);
        Assert.All(names[..names.IndexOf("started")], name => Assert.Contains(name, (string[])["state", "waiting"]));
        Assert.Equal(1, Assert.IsType<JobStarted>(ApiEvents.Read("started", started)).Workers);
        Assert.Equal(3, names.Count(name => name == "epoch"));
        Assert.Equal("finished", names[^1]);

        var detail = await _client.UntilEndedAsync("whole-way");
        Assert.Equal((JobPhase.Completed, 3, JobOutcome.Completed, 1), (detail.Summary.State, detail.Epochs.Count, detail.End!.Outcome, detail.FirstWorkers));
        var late = new List<(string Name, string Data)>();
        await foreach (var (_, name, data) in _client.EventsAsync("whole-way")) late.Add((name, data));
        Assert.Equal(("started", started), late[1]);
        Assert.Equal(3, (await _client.GetAsync<JobMetrics>(ApiRoutes.JobMetrics("whole-way"))).Epochs.Count);
        var log = await _client.GetAsync<JobLog>(ApiRoutes.JobLog("whole-way"));
        Assert.Contains(log.Lines, line => line.Text.StartsWith("epoch 3: training loss", StringComparison.Ordinal));
        Assert.All(log.Lines, line => Assert.InRange(line.At, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1)));

        using var folder = new Folder();
        using (var zip = new ZipArchive(await _client.GetStreamAsync(ApiRoutes.JobModel("whole-way") + "?checkpoint=last"))) zip.ExtractToDirectory(folder.Path);
        var model = TrainedModel.Load(folder.Path);
        Assert.Equal("whole-way", model.Origin.Job);
        Assert.True(model.EvaluateFile("digits").Report!.Accuracy > 0.5);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "weights.safetensors")), await _client.GetByteArrayAsync(ApiRoutes.JobModelFile("whole-way", "weights.safetensors") + "?checkpoint=last"));

        var scores = await _client.GetAsync<JobScores>(ApiRoutes.JobScores("whole-way") + "?checkpoint=last");
        Assert.Equal((detail.End.Step, 359L, true), (scores.Step, scores.Samples, scores.OfValidation));
        Assert.Equal(detail.Epochs[^1].Metrics.ValidationAccuracy, scores.Accuracy);
        Assert.InRange(scores.RocAuc!.Value, 0.8, 1);
        Assert.Equal((null, null), (scores.BestThreshold, scores.R2));

        var row = Enumerable.Range(0, 64).ToDictionary(i => $"pixel{i}", _ => "0");
        var answer = await (await _client.PostAsync(ApiRoutes.JobPredictions("whole-way"), ClientExtensions.Json(System.Text.Json.JsonSerializer.Serialize(new { rows = new[] { row } })))).ReadAsync<PredictionResponse>();
        var expected = model.Predict(row);
        Assert.Equal((expected.Class, detail.End.Step), (Assert.Single(answer.Predictions).Class, answer.Step));
        Assert.Equal(expected.Probabilities, answer.Predictions[0].Probabilities);
    }

    [Fact]
    public async Task A_calibrated_job_has_the_same_weights_and_one_model_at_every_route()
    {
        const string Job = """ "data": "digits", "hidden": [16], "epochs": 12, "learningRate": 0.02 """;
        await _client.SubmitAsync("{ " + Job + """, "name": "plain" }""");
        await _client.SubmitAsync("{ " + Job + """, "name": "calibrated", "calibrate": true }""");
        await _client.UntilEndedAsync("plain");
        await _client.UntilEndedAsync("calibrated");
        const string File = "weights.safetensors";
        Assert.Equal(await _client.GetByteArrayAsync(ApiRoutes.JobModelFile("plain", File) + "?checkpoint=last"), await _client.GetByteArrayAsync(ApiRoutes.JobModelFile("calibrated", File) + "?checkpoint=last"));

        using var folder = new Folder();
        using (var zip = new ZipArchive(await _client.GetStreamAsync(ApiRoutes.JobModel("calibrated") + "?checkpoint=last"))) zip.ExtractToDirectory(folder.Path);
        var model = TrainedModel.Load(folder.Path);
        var (plain, scores) = (await _client.GetAsync<JobScores>(ApiRoutes.JobScores("plain") + "?checkpoint=last"), await _client.GetAsync<JobScores>(ApiRoutes.JobScores("calibrated") + "?checkpoint=last"));
        Assert.Equal(model.Calibration!.Temperature, scores.Temperature);
        Assert.Equal((plain.LogLoss, plain.CalibrationError), (scores.UncalibratedLogLoss, scores.UncalibratedError));
        Assert.Equal((null, null, null), (plain.Temperature, plain.UncalibratedLogLoss, plain.UncalibratedError));

        var row = Enumerable.Range(0, 64).ToDictionary(i => $"pixel{i}", i => $"{i % 17}");
        var answer = await (await _client.PostAsync(ApiRoutes.JobPredictions("calibrated"), ClientExtensions.Json(System.Text.Json.JsonSerializer.Serialize(new { rows = new[] { row } })))).ReadAsync<PredictionResponse>();
        Assert.Equal(model.Predict(row).Probabilities, Assert.Single(answer.Predictions).Probabilities);
    }

    [Fact]
    public async Task Epochs_and_log_come_whole_by_the_page_or_the_last_ones_alone_and_a_stream_begins_where_it_is_asked_to()
    {
        await _client.SubmitAsync("""{ "data": "diabetes", "epochs": 7, "name": "in-pages" }""");
        await _client.UntilEndedAsync("in-pages");
        var path = ApiRoutes.JobMetrics("in-pages");
        var all = await _client.GetAsync<JobMetrics>(path);
        Assert.Equal((7, 7, null), (all.Epochs.Count, all.Total, all.Next));
        var page = await _client.GetAsync<JobMetrics>(path + "?from=2&limit=3");
        Assert.Equal((7, 5), (page.Total, page.Next));
        Assert.Equal(all.Epochs.Skip(2).Take(3), page.Epochs);
        Assert.Equal(all.Epochs.TakeLast(2), (await _client.GetAsync<JobMetrics>(path + "?last=2")).Epochs);
        Assert.Equal(all.Epochs, (await _client.GetAsync<JobDetail>(ApiRoutes.Job("in-pages"))).Epochs);
        var outline = await _client.GetAsync<JobDetail>(ApiRoutes.Job("in-pages") + "?last=1");
        Assert.Equal((6, 7), (Assert.Single(outline.Epochs).Epoch, outline.Summary.Epochs));

        var log = await _client.GetAsync<JobLog>(ApiRoutes.JobLog("in-pages"));
        var paged = new List<JobLogLine>();
        for (int? from = 0; from is not null;)
        {
            var some = await _client.GetAsync<JobLog>(ApiRoutes.JobLog("in-pages") + $"?from={from}&limit=4");
            Assert.InRange(some.Lines.Count, 1, 4);
            paged.AddRange(some.Lines);
            from = some.Next;
        }
        Assert.Equal(log.Lines, paged);
        Assert.Equal(log.Lines[^1], Assert.Single((await _client.GetAsync<JobLog>(ApiRoutes.JobLog("in-pages") + "?last=1")).Lines));

        Assert.Equal([5, 6], await EpochsOfAsync("in-pages?last=2"));
        Assert.Equal([4, 5, 6], await EpochsOfAsync("in-pages?from=4"));
        Assert.Empty(await EpochsOfAsync("in-pages?from=end"));
        foreach (var wrong in (string[])[path + "?last=-1", path + "?limit=0", path + "?last=1&from=1", ApiRoutes.JobEvents("in-pages") + "?from=never", ApiRoutes.Job("in-pages") + "?last=-1", ApiRoutes.JobLog("in-pages") + "?from=x"])
            await (await _client.GetAsync(wrong)).ProblemAsync(HttpStatusCode.BadRequest);
    }

    private async Task<List<int>> EpochsOfAsync(string stream)
    {
        var (job, query) = (stream.Split('?')[0], stream.Split('?')[1]);
        var (epochs, last) = (new List<int>(), "");
        await foreach (var (_, name, data) in _client.EventsAsync(job, query: query))
        {
            last = name;
            if (ApiEvents.Read(name, data) is EpochEnded ended) epochs.Add(ended.Decision.Epoch);
        }
        Assert.Equal("finished", last);
        return epochs;
    }

    [Fact]
    public async Task A_running_job_predicts_pauses_goes_on_and_is_cancelled()
    {
        await _client.SubmitAsync("""{ "data": "digits", "hidden": [64], "epochs": 100000, "name": "steered", "snapshotEvery": "200ms" }""");
        var told = await _client.UntilAsync("steered", detail => detail.LastCheckpoint > 0 && detail.Status is { State: JobState.Running, Checkpoints.Latest: > 0 });
        Assert.Equal((1, 1), (told.Status!.Workers.Count, told.Status.Blocks.Count));
        var status = await _client.GetAsync<JobStatus>(ApiRoutes.JobStatus("steered"));
        Assert.Equal(("steered", told.Status.Workers[0].Worker), (status.Job.Value, status.Workers[0].Worker));
        Assert.Contains("\"state\":\"running\"", await _client.GetStringAsync(ApiRoutes.JobStatus("steered")), StringComparison.Ordinal);
        Assert.Contains("\"worker\":\"127.0.0.1:", await _client.GetStringAsync(ApiRoutes.JobStatus("steered")), StringComparison.Ordinal);
        var row = string.Join(',', Enumerable.Range(0, 64).Select(i => $"pixel{i}")) + "\n" + string.Join(',', Enumerable.Repeat("1", 64)) + "\n";
        var meanwhile = await (await _client.PostAsync(ApiRoutes.JobPredictions("steered"), ClientExtensions.Csv(row))).ReadAsync<PredictionResponse>();
        Assert.Equal(10, Assert.Single(meanwhile.Predictions).Probabilities!.Count);
        await (await _client.DeleteAsync(ApiRoutes.Job("steered"))).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Equal(JobPhase.Paused, (await (await _client.PostAsync(ApiRoutes.JobPause("steered"), null)).ReadAsync<JobSummary>()).State);
        await foreach (var (_, name, _) in _client.EventsAsync("steered"))
            if (name == "paused") break;
        var rests = await _client.UntilAsync("steered", detail => detail.Summary is { State: JobPhase.Paused, Reason: null });
        Assert.Equal(rests.LastCheckpoint, rests.Summary.Step);

        await (await _client.PostAsync(ApiRoutes.JobResume("steered"), ClientExtensions.Json("""{ "blocks": 3 }"""))).ReadAsync<JobSummary>();
        var running = await _client.UntilAsync("steered", detail => detail.LastCheckpoint > rests.LastCheckpoint);
        Assert.Equal(3, running.Options.Blocks);
        await (await _client.PostAsync(ApiRoutes.JobResume("steered"), ClientExtensions.Json("""{ "epochs": 3 }"""))).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        await (await _client.PostAsync(ApiRoutes.JobCancel("steered"), null)).ReadAsync<JobSummary>();
        var ended = await _client.UntilEndedAsync("steered");
        Assert.Equal((JobPhase.Cancelled, ended.End!.Step), (ended.Summary.State, ended.LastCheckpoint));
        Assert.Null(ended.Status);
        Assert.Contains("has no turn, it is cancelled", (await (await _client.GetAsync(ApiRoutes.JobStatus("steered"))).ProblemAsync(HttpStatusCode.Conflict)).Detail, StringComparison.Ordinal);
        await (await _client.PostAsync(ApiRoutes.JobPause("steered"), null)).ProblemAsync(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.NoContent, (await _client.DeleteAsync(ApiRoutes.Job("steered"))).StatusCode);
        await (await _client.GetAsync(ApiRoutes.Job("steered"))).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Contains("choose another name", (await (await _client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "name": "steered" }"""))).ProblemAsync(HttpStatusCode.Conflict)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_asks_for_more_workers_than_there_are_waits_says_so_and_can_be_cancelled()
    {
        await _client.SubmitAsync("""{ "data": "diabetes", "epochs": 1, "name": "waits", "minWorkers": 2 }""");
        var waiting = await _client.UntilAsync("waits", detail => detail.Summary.Reason?.StartsWith("it waits for 2 workers", StringComparison.Ordinal) == true);
        Assert.Equal((JobPhase.Queued, 0), (waiting.Summary.State, waiting.Summary.QueuePosition));
        await (await _client.PostAsync(ApiRoutes.JobCancel("waits"), null)).ReadAsync<JobSummary>();
        var told = new List<string>();
        await foreach (var (_, name, _) in _client.EventsAsync("waits")) told.Add(name);
        Assert.Equal("finished", told[^1]);
        Assert.Equal(JobPhase.Cancelled, (await _client.GetAsync<JobDetail>(ApiRoutes.Job("waits"))).Summary.State);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_job_once()
    {
        async Task<HttpResponseMessage> SubmitAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.Jobs) { Content = ClientExtensions.Json(body) };
            request.Headers.Add(ApiHeaders.IdempotencyKey, "key-of-this-test");
            return await _client.SendAsync(request);
        }

        const string Body = """{ "data": "diabetes", "epochs": 1 }""";
        var first = await SubmitAsync(Body);
        var again = await SubmitAsync(Body);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        await (await SubmitAsync("""{ "data": "diabetes", "epochs": 2 }""")).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_job_begins_with_the_weights_of_another()
    {
        await _client.SubmitAsync("""{ "data": "diabetes", "epochs": 2, "name": "first-part" }""");
        await _client.UntilEndedAsync("first-part");
        var second = await _client.SubmitAsync("""{ "from": "first-part", "epochs": 1, "name": "second-part" }""");
        Assert.StartsWith("job first-part", second.Specification.Initial!.Origin, StringComparison.Ordinal);
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync("second-part")).Summary.State);
    }

    [Theory]
    [InlineData(422, "hidden in the job file: 'many' is not a size", """{ "hidden": "many" }""")]
    [InlineData(422, "'loss': a classifier has cross-entropy", """{ "data": "digits", "loss": "huber" }""")]
    [InlineData(422, "'targetAccuracy' needs a classifier", """{ "data": "diabetes", "targetAccuracy": 0.9 }""")]
    [InlineData(422, "there is no data set 'digit'; did you mean 'digits'?", """{ "data": "digit" }""")]
    [InlineData(422, "there is no data set '/etc/passwd'", """{ "data": "/etc/passwd" }""")]
    [InlineData(422, "there is no data set '../../store.db'", """{ "data": "../../store.db" }""")]
    [InlineData(422, "there is no data set '/etc/passwd'", """{ "data": "diabetes", "validation": "/etc/passwd" }""")]
    [InlineData(422, "'out' sets up a training in one process", """{ "out": "/tmp/x" }""")]
    [InlineData(422, "'initialWeights' names a file", """{ "initialWeights": "/etc/passwd" }""")]
    [InlineData(422, "there is no job nobody", """{ "from": "nobody" }""")]
    [InlineData(422, "is not a job name", """{ "name": "Not A Name" }""")]
    [InlineData(422, "shard", """{ "data": "digits", "batch": 8, "shard": 16 }""")]
    [InlineData(400, "there is no setting 'epoch'; did you mean 'epochs'?", """{ "epoch": 3 }""")]
    [InlineData(400, "not JSON", "{")]
    [InlineData(400, "a JSON object of settings", "[1]")]
    [InlineData(400, "'epochs' is given twice", """{ "epochs": 3, "epochs": 4 }""")]
    public async Task A_wrong_submission_is_refused_at_once_with_what_is_expected(int status, string reason, string body)
    {
        var problem = await (await _client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json(body))).ProblemAsync((HttpStatusCode)status);
        Assert.Contains(reason, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.DataFolder, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_there_is_not_is_said_so_on_every_route()
    {
        foreach (var path in (string[])[
            ApiRoutes.Job("nobody"), ApiRoutes.Job("NOT A NAME"), ApiRoutes.JobEvents("nobody"), ApiRoutes.JobMetrics("nobody"), ApiRoutes.JobStatus("nobody"), ApiRoutes.JobLog("nobody"), ApiRoutes.JobModel("nobody"),
            ApiRoutes.JobModelFile("nobody", "model.json"), ApiRoutes.JobModelFile("nobody", "../store.db"), ApiRoutes.Dataset("nobody"), ApiRoutes.Dataset("../x"), "/api/v1/else", "/api/v2/jobs"])
            await (await _client.GetAsync(path)).ProblemAsync(HttpStatusCode.NotFound);
        foreach (var path in (string[])[ApiRoutes.JobPause("nobody"), ApiRoutes.JobResume("nobody"), ApiRoutes.JobCancel("nobody"), ApiRoutes.NodeDrain("127.0.0.1:1")])
            await (await _client.PostAsync(path, null)).ProblemAsync(HttpStatusCode.NotFound);
        await (await _client.DeleteAsync(ApiRoutes.Job("nobody"))).ProblemAsync(HttpStatusCode.NotFound);
        await (await _client.DeleteAsync(ApiRoutes.Jobs)).ProblemAsync(HttpStatusCode.MethodNotAllowed);
        using var events = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.JobEvents("nobody")) { Headers = { Accept = { new("text/event-stream") } } };
        await (await _client.SendAsync(events)).ProblemAsync(HttpStatusCode.NotFound); // whatever the client accepts
        await (await _client.GetAsync(ApiRoutes.Jobs + "?limit=0")).ProblemAsync(HttpStatusCode.BadRequest);
        await (await _client.GetAsync(ApiRoutes.Jobs + "?limit=many")).ProblemAsync(HttpStatusCode.BadRequest);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("model-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
