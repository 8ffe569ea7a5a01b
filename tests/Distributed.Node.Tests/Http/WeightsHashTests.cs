using System.Text.Json;
using Distributed.Api;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Node.Jobs;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;

namespace Distributed.Node.Tests.Http;

/// <summary>The fingerprint of a finished job's weights is told wherever the job is.</summary>
[Collection(GatewayCollection.Name)]
public sealed class WeightsHashTests(GatewayFixture gateway)
{
    private readonly HttpClient _client = gateway.Client;

    [Fact]
    public async Task The_hash_of_a_finished_jobs_weights_is_in_the_list_in_the_details_and_in_the_event_of_its_end()
    {
        await _client.SubmitAsync("""{ "data": "buyers", "epochs": 2, "name": "hashed" }""");
        await _client.UntilEndedAsync("hashed");
        var expected = await HashOfModelAsync("hashed");

        using var list = JsonDocument.Parse(await _client.GetStringAsync(ApiRoutes.Jobs));
        Assert.Equal(expected, list.RootElement.GetProperty("jobs").EnumerateArray().Single(job => job.GetProperty("id").GetString() == "hashed").GetProperty("weightsSha256").GetString());
        using var detail = JsonDocument.Parse(await _client.GetStringAsync(ApiRoutes.Job("hashed")));
        Assert.Equal(expected, detail.RootElement.GetProperty("summary").GetProperty("weightsSha256").GetString());
        Assert.Equal(expected, detail.RootElement.GetProperty("end").GetProperty("weightsSha256").GetString());
        await foreach (var (_, name, data) in _client.EventsAsync("hashed"))
            if (name == "finished") Assert.Contains($"\"weightsSha256\":\"{expected}\"", data, StringComparison.Ordinal);
        Assert.Contains("\"weightsSha256\"", await _client.GetStringAsync(ApiRoutes.OpenApi), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_job_tells_the_hash_of_the_weights_that_it_ended_on_and_a_running_one_none()
    {
        await _client.SubmitAsync("""{ "data": "digits", "hidden": [32], "epochs": 100000, "name": "hashed-when-cancelled", "snapshotEvery": "200ms" }""");
        await _client.UntilAsync("hashed-when-cancelled", job => job.LastCheckpoint > 0);
        Assert.DoesNotContain("weightsSha256", await _client.GetStringAsync(ApiRoutes.Job("hashed-when-cancelled")), StringComparison.Ordinal);
        await _client.PostAsync(ApiRoutes.JobCancel("hashed-when-cancelled"), null);
        await _client.UntilEndedAsync("hashed-when-cancelled");

        using var detail = JsonDocument.Parse(await _client.GetStringAsync(ApiRoutes.Job("hashed-when-cancelled")));
        Assert.Equal(await HashOfModelAsync("hashed-when-cancelled"), detail.RootElement.GetProperty("summary").GetProperty("weightsSha256").GetString());
    }

    [Fact]
    public async Task A_job_that_an_earlier_release_ended_gets_its_hash_from_the_stored_weights()
    {
        await _client.SubmitAsync("""{ "data": "buyers", "epochs": 1, "name": "ended-earlier" }""");
        var job = (await _client.UntilEndedAsync("ended-earlier")).Summary;
        var known = await gateway.Cluster.Stored.HistoryAsync(new JobId(job.Id), CancellationToken.None);
        var earlier = new JobHistory();
        earlier.Apply(new JobSubmitted(known.Specification!, known.Options, null));
        earlier.Apply(new CheckpointCommitted(known.Latest!));
        Assert.Null(await gateway.Cluster.Stored.WeightsSha256Async(earlier, CancellationToken.None));
        earlier.Apply(known.End! with { WeightsSha256 = null });
        Assert.Equal(job.WeightsSha256, await gateway.Cluster.Stored.WeightsSha256Async(earlier, CancellationToken.None));

        var fingerprints = new EarlierFingerprints(gateway.Cluster, TimeProvider.System);
        var failed = job with { State = JobPhase.Failed, WeightsSha256 = null };
        var unknown = job with { WeightsSha256 = null };
        for (var i = 0; i < 60 && (await fingerprints.FillAsync([unknown], CancellationToken.None))[0].WeightsSha256 is null; i++) await Task.Delay(100);
        Assert.Equal([job.WeightsSha256, null, job.WeightsSha256], (await fingerprints.FillAsync([unknown, failed, job], CancellationToken.None)).Select(filled => filled.WeightsSha256));
    }

    private async Task<string> HashOfModelAsync(string job)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-hash-").FullName;
        try
        {
            foreach (var file in ApiRoutes.ModelFiles)
                await File.WriteAllBytesAsync(Path.Combine(folder, file), await _client.GetByteArrayAsync(ApiRoutes.JobModelFile(job, file) + "?checkpoint=last"));
            return ParameterHash.Compute(TrainedModel.Load(folder).Parameters);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
