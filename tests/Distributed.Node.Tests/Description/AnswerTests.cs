using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Api;
using Distributed.Api.Client;
using Distributed.Node.Tests.Http;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Description;

/// <summary>Answers of a live gateway, asked by <see cref="DistributedClient"/>, against its own OpenAPI document.</summary>
[Collection(GatewayCollection.Name)]
public sealed class AnswerTests(GatewayFixture gateway, ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _bound = new(Bound);
    private readonly Traffic _traffic = new();

    [Fact]
    public async Task Every_operation_answers_as_the_document_says()
    {
        using var http = new HttpClient(_traffic, disposeHandler: false) { BaseAddress = gateway.Client.BaseAddress };
        using var client = new DistributedClient(http);
        await ReadAsync(client);
        await TrainAsync(client, "described-table", """{ "x": "1", "y": 2 }""", await UploadAsync(client, "class"));
        await TrainAsync(client, "described-numbers", """{ "x": 1, "y": "2" }""", await UploadAsync(client, "y"));
        await SteerAsync(client);
        await ClearAsync(client);

        var description = await ApiDescription.OfAsync(gateway.Client);
        Assert.Empty(_traffic.Answers.SelectMany(description.Check));
        var asked = _traffic.Answers.Where(answer => answer.Status < 400).Select(answer => description.Find(answer)!.Operation.OperationId).ToHashSet();
        var expected = description.Operations.Select(operation => operation.Operation.OperationId).Where(id => id != "drainNode"); // it would end the only node
        Assert.Equal(expected.Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
        output.WriteLine($"{_traffic.Answers.Count} answers of {asked.Count} operations");
    }

    [Fact]
    public async Task A_route_without_a_schema_and_an_answer_of_another_form_are_noticed()
    {
        var json = JsonNode.Parse(await gateway.Client.GetStringAsync(ApiRoutes.OpenApi))!;
        var nodes = new Answer("GET", ApiRoutes.Nodes, 200, "application/json", await gateway.Client.GetStringAsync(ApiRoutes.Nodes));
        Assert.Empty((await ApiDescription.ParseAsync(json.ToJsonString())).Check(nodes));
        foreach (var other in (string[])["{}", nodes.Body.Replace("\"up\"", "7", StringComparison.Ordinal), nodes.Body.Replace("{\"address\"", "{\"extra\":1,\"address\"", StringComparison.Ordinal)])
            Assert.NotEmpty((await ApiDescription.ParseAsync(json.ToJsonString())).Check(nodes with { Body = other }));
        Assert.NotEmpty((await ApiDescription.ParseAsync(json.ToJsonString())).Check(nodes with { Status = 203 }));

        json["paths"]![ApiRoutes.Nodes]!["get"]!["responses"]!["200"]!.AsObject().Remove("content");
        Assert.NotEmpty((await ApiDescription.ParseAsync(json.ToJsonString())).Check(nodes));
        json["paths"]!.AsObject().Remove(ApiRoutes.Nodes);
        Assert.NotEmpty((await ApiDescription.ParseAsync(json.ToJsonString())).Check(nodes));
    }

    public void Dispose()
    {
        _bound.Dispose();
        _traffic.Dispose();
    }

    private async Task ReadAsync(DistributedClient client)
    {
        Assert.Equal("live", (await client.GetLivenessAsync(_bound.Token)).Status);
        Assert.Equal("ready", (await client.GetReadinessAsync(_bound.Token)).Status);
        Assert.Single(await client.ListNodesAsync(_bound.Token));
        Assert.Equal(ApiErrorReason.NotFound, await ReasonAsync(() => client.DrainNodeAsync("127.0.0.1:9", _bound.Token)));
        Assert.Equal(ApiErrorReason.NotFound, await ReasonAsync(() => client.GetJobAsync("nobody", _bound.Token)));
        Assert.Equal(ApiErrorReason.NotFound, await ReasonAsync(() => client.GetDatasetAsync(new string('0', 64), _bound.Token)));
        Assert.Equal(ApiErrorReason.Unprocessable, await ReasonAsync(() => client.SubmitJobAsync(new JsonObject { ["epochs"] = 0 }, cancellation: _bound.Token)));
        Assert.Equal(ApiErrorReason.BadRequest, await ReasonAsync(() => client.GetJobPageAsync(limit: 1000, cancellation: _bound.Token)));
        Assert.Equal(ApiErrorReason.Unprocessable, await ReasonAsync(() => client.UploadTableAsync(() => new MemoryStream("a,b\n1\n"u8.ToArray()), "ragged", _bound.Token)));
    }

    private async Task<Dataset> UploadAsync(DistributedClient client, string last)
    {
        var table = Encoding.UTF8.GetBytes(last == "class" ? ClientExtensions.SmallTable(7) : ClientExtensions.SmallTable(7).Replace("even", "1.5", StringComparison.Ordinal).Replace("odd", "2.25", StringComparison.Ordinal));
        // Once as a body and once as a part of a form: the second is the same data set, and not a new one.
        var dataset = await client.UploadTableAsync(() => new MemoryStream(table), "described-" + last, _bound.Token);
        Assert.Equal(dataset, await client.UploadImagesAsync(new Dictionary<string, Func<Stream>> { [DatasetParts.Table] = () => new MemoryStream(table) }, "again", _bound.Token), SameId);
        Assert.Equal(30, (await client.GetDatasetAsync(dataset.Id, _bound.Token)).Rows);
        Assert.Contains(await client.ListDatasetsAsync(_bound.Token), listed => listed.Id == dataset.Id);
        return dataset;
    }

    private async Task TrainAsync(DistributedClient client, string job, string row, Dataset dataset)
    {
        // A seed beyond 2^53 passes as a text; beyond 2^63 too, which only the validator of these tests cannot read in an answer.
        var settings = new JsonObject { ["data"] = dataset.Id, ["hidden"] = new JsonArray(4), ["epochs"] = 3, ["name"] = job, ["seed"] = "9223372036854775807" };
        var detail = await client.SubmitJobAsync(settings, "key-of-" + job, _bound.Token);
        Assert.Equal((job, (ulong)long.MaxValue), (detail.Summary.Id, detail.Specification.Seed));
        Assert.Equal(job, (await client.SubmitJobAsync(settings, "key-of-" + job, _bound.Token)).Summary.Id);

        var epochs = 0;
        await foreach (var followed in client.FollowJobAsync(job, cancellation: _bound.Token))
            if (followed.Event is EpochEnded) epochs++;
        Assert.Equal(3, epochs);
        await gateway.Client.UntilEndedAsync(job);
        Assert.Equal(3, (await client.GetJobAsync(job, _bound.Token)).Epochs.Count);
        Assert.Equal(3, (await client.GetJobMetricsAsync(job, _bound.Token)).Epochs.Count);
        Assert.NotEmpty((await client.GetJobLogAsync(job, _bound.Token)).Lines);
        Assert.Equal(ApiErrorReason.Conflict, await ReasonAsync(() => client.GetJobStatusAsync(job, _bound.Token)));

        Assert.Equal(job, (await client.GetScoresAsync(job, cancellation: _bound.Token)).Job);
        using var file = new MemoryStream();
        await client.DownloadModelFileAsync(job, "model.json", ModelCheckpoint.Best, file, _bound.Token);
        var folder = Directory.CreateTempSubdirectory("distributed-described-").FullName;
        try
        {
            Assert.NotNull(await client.DownloadModelAsync(job, ModelCheckpoint.Last, folder, _bound.Token));
            Assert.Equal(2, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        using var cells = JsonDocument.Parse(row);
        var rows = new PredictionRequest([cells.RootElement.EnumerateObject().ToDictionary(cell => cell.Name, cell => cell.Value)]);
        var one = Assert.Single((await client.PredictAsync(job, rows, cancellation: _bound.Token)).Predictions);
        Assert.Equal(one.Class is null, one.Value is not null);
        Assert.Equal(2, (await client.PredictFileAsync(job, () => new MemoryStream("x,y\n1,2\n3,4\n"u8.ToArray()), ModelCheckpoint.Best, _bound.Token)).Predictions.Count);
    }

    private async Task SteerAsync(DistributedClient client)
    {
        const string Job = "described-steered";
        await client.SubmitJobAsync(new JsonObject { ["data"] = "digits", ["hidden"] = new JsonArray(8), ["epochs"] = 100_000, ["name"] = Job, ["snapshotEvery"] = "200ms" }, cancellation: _bound.Token);
        await gateway.Client.UntilAsync(Job, detail => detail.LastCheckpoint > 0);
        Assert.NotEmpty((await client.GetJobStatusAsync(Job, _bound.Token)).Blocks);
        Assert.Equal(JobPhase.Running, (await client.GetJobAsync(Job, _bound.Token)).Summary.State);
        await client.PauseJobAsync(Job, _bound.Token);
        await gateway.Client.UntilAsync(Job, detail => detail.Summary is { State: JobPhase.Paused, Reason: null });
        await client.ResumeJobAsync(Job, new JsonObject { ["blocks"] = 2 }, _bound.Token);
        await gateway.Client.UntilAsync(Job, detail => detail.Summary.State == JobPhase.Running);
        await client.CancelJobAsync(Job, _bound.Token);
        await gateway.Client.UntilEndedAsync(Job);
    }

    private async Task ClearAsync(DistributedClient client)
    {
        var mine = new List<string>();
        await foreach (var job in client.ListJobsAsync(cancellation: _bound.Token))
            if (job.Id.StartsWith("described-", StringComparison.Ordinal)) mine.Add(job.Id);
        Assert.Equal(3, mine.Count);
        foreach (var job in mine) await client.DeleteJobAsync(job, _bound.Token);
        foreach (var dataset in await client.ListDatasetsAsync(_bound.Token))
            if (dataset.Name.StartsWith("described-", StringComparison.Ordinal)) await client.DeleteDatasetAsync(dataset.Id, _bound.Token);
    }

    private static async Task<ApiErrorReason> ReasonAsync(Func<Task> ask) => (await Assert.ThrowsAsync<DistributedApiException>(ask)).Reason;

    private static bool SameId(Dataset one, Dataset other) => one.Id == other.Id;
}
