using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Distributed.Api;
using Distributed.Data.Sets;
using Distributed.EndToEnd.Tests.Cluster;
using Distributed.Protocol.Journal;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>The API of real gateway processes before a real cluster.</summary>
[Collection(OneCoreNodeCollection.Name)]
public sealed class GatewayTests(OneCoreNode clusters, ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-gateways-").FullName;

    [ClusterFact]
    public async Task A_gateway_killed_while_clients_watch_loses_nothing_and_the_job_has_the_bits_of_the_straight_loop()
    {
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            var (first, firstAddress) = cluster.AddGateway(Path.Combine(_folder, "first"));
            var (_, secondAddress) = cluster.AddGateway(Path.Combine(_folder, "second"));
            using var one = new HttpClient { BaseAddress = firstAddress };
            using var two = new HttpClient { BaseAddress = secondAddress };
            await Readiness.UntilReadyAsync(one);
            await Readiness.UntilReadyAsync(two);

            // However fast the machine is, the job is not over before the kill: it is ended by hand.
            await SubmitAsync(one, """{ "data": "digits", "hidden": [32], "epochs": 100000, "name": "killed", "minWorkers": 2, "blocks": 2 }""");
            var readers = Enumerable.Range(0, 20).Select(_ => new EventReader("killed")).ToList();
            var reading = Task.WhenAll(readers.Select(reader => reader.ReadAsync(one)));
            await RealCluster.UntilAsync(() => readers.TrueForAll(reader => reader.Epochs.Count >= 3), () => "the job did not get under way");
            await first.KillAsync();
            await reading.WaitAsync(Bound);
            var told = readers.Max(reader => reader.Epochs.Count);
            reading = Task.WhenAll(readers.Select(reader => reader.ReadAsync(two)));
            await RealCluster.UntilAsync(() => readers.TrueForAll(reader => reader.Epochs.Count > told), () => "the other gateway does not tell how it goes on");
            await CancelAsync(two, "killed");
            await reading.WaitAsync(Bound);
            var detail = JsonSerializer.Deserialize(await two.GetStringAsync(ApiRoutes.Job("killed")), ApiJson.Default.JobDetail)!;
            Assert.All(readers, reader =>
            {
                Assert.Equal(Enumerable.Range(0, detail.Epochs.Count), reader.Epochs);
                Assert.Equal(detail.End, reader.End);
                Assert.Equal(2, Assert.Single(reader.Started).Workers); // each had an id when its gateway died
            });

            using var model = JsonDocument.Parse(await two.GetStringAsync(ApiRoutes.JobModelFile("killed", "model.json") + "?checkpoint=last"));
            Assert.Equal(
                DigitsJob.ExpectedSha256(detail.Specification, DataSets.Load(detail.Source), detail.End!.Step), model.RootElement.GetProperty("weightsSha256").GetString());
        });
    }

    [ClusterFact]
    public async Task An_upload_outlives_its_gateway_and_a_drained_worker_leaves_a_running_job_to_the_other()
    {
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            var (first, firstAddress) = cluster.AddGateway(_folder);
            using var one = new HttpClient { BaseAddress = firstAddress };
            await Readiness.UntilReadyAsync(one);
            var table = "x,y,class\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"{i % 37},{i % 11},{(i % 37 > i % 11 * 3 ? "over" : "under")}\n"));
            using var content = new StringContent(table, Encoding.UTF8, "text/csv");
            var dataset = JsonSerializer.Deserialize(await (await one.PostAsync(ApiRoutes.Datasets + "?name=lines", content)).Content.ReadAsStringAsync(), ApiJson.Default.Dataset)!;
            await first.KillAsync();

            var (_, secondAddress) = cluster.AddGateway(_folder);
            using var two = new HttpClient { BaseAddress = secondAddress };
            await Readiness.UntilReadyAsync(two);
            await SubmitAsync(two, $$"""{ "data": "{{dataset.Id}}", "epochs": 100000, "name": "drained", "minWorkers": 2 }""");
            var reader = new EventReader("drained");
            var reading = reader.ReadAsync(two);
            await RealCluster.UntilAsync(() => reader.Epochs.Count > 0, () => "the job did not get under way");
            var nodes = JsonSerializer.Deserialize(await two.GetStringAsync(ApiRoutes.Nodes), ApiJson.Default.NodeList)!.Nodes;
            var worker = nodes.First(node => node.Roles.Contains("worker"));
            Assert.Equal(HttpStatusCode.Accepted, (await two.PostAsync(ApiRoutes.NodeDrain(worker.Address), null)).StatusCode);
            await RealCluster.UntilAsync(() => cluster.Workers.Exists(node => node.HasExited), () => "the drained worker does not end");
            var told = reader.Epochs.Count;
            await RealCluster.UntilAsync(() => reader.Epochs.Count > told, () => "the other worker does not go on");
            await CancelAsync(two, "drained");
            await reading.WaitAsync(Bound);
            Assert.Equal(Enumerable.Range(0, reader.Epochs.Count), reader.Epochs);
            Assert.Equal(JobOutcome.Cancelled, reader.End!.Outcome);
            Assert.Single(cluster.Workers, node => node.HasExited);
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task CancelAsync(HttpClient client, string job)
    {
        using var response = await client.PostAsync(ApiRoutes.JobCancel(job), null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>As a client does: a cluster that does not answer for now is asked again, and the key makes one job of all the attempts.</summary>
    private static async Task SubmitAsync(HttpClient client, string jobFile)
    {
        var key = Guid.NewGuid().ToString("n");
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.Jobs) { Content = new StringContent(jobFile, Encoding.UTF8, "application/json") };
            request.Headers.Add(ApiHeaders.IdempotencyKey, key);
            using var response = await client.SendAsync(request);
            if (response.IsSuccessStatusCode) return;
            Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable && clock.Elapsed < Bound, await response.Content.ReadAsStringAsync());
            await Task.Delay(500);
        }
    }
}
