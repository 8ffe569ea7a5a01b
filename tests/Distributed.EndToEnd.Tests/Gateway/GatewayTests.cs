using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Distributed.EndToEnd.Tests.Cluster;
using Distributed.Protocol;
using Distributed.Protocol.Api;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>The API of real gateway processes before a real cluster.</summary>
public sealed class GatewayTests(ITestOutputHelper output) : IDisposable
{
    private const int Epochs = 12;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-gateways-").FullName;

    [ClusterFact]
    public async Task A_gateway_killed_while_clients_watch_loses_nothing_and_the_job_has_the_bits_of_dtrain_train()
    {
        await using var cluster = await RealCluster.StartAsync(output, core: 1, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var (first, firstAddress) = cluster.AddGateway(Path.Combine(_folder, "first"));
            var (_, secondAddress) = cluster.AddGateway(Path.Combine(_folder, "second"));
            using var one = new HttpClient { BaseAddress = firstAddress };
            using var two = new HttpClient { BaseAddress = secondAddress };
            await Readiness.UntilReadyAsync(one);
            await Readiness.UntilReadyAsync(two);

            await SubmitAsync(one, $$"""{ "data": "digits", "hidden": [32], "epochs": {{Epochs}}, "name": "killed", "minWorkers": 2, "blocks": 2 }""");
            var readers = Enumerable.Range(0, 20).Select(_ => new EventReader("killed")).ToList();
            var reading = Task.WhenAll(readers.Select(reader => reader.ReadAsync(one)));
            var clock = Stopwatch.StartNew();
            while (readers.Any(reader => reader.Epochs.Count < 3))
            {
                Assert.True(clock.Elapsed < Bound && readers.TrueForAll(reader => reader.End is null), "the job did not get under way, or was over before the kill");
                await Task.Delay(20);
            }
            await first.KillAsync();
            await reading.WaitAsync(Bound);
            await Task.WhenAll(readers.Select(reader => reader.ReadAsync(two))).WaitAsync(Bound);
            Assert.All(readers, reader =>
            {
                Assert.Equal(Enumerable.Range(0, Epochs), reader.Epochs);
                Assert.Equal(JobOutcome.Completed, reader.End!.Outcome);
            });

            using var model = JsonDocument.Parse(await two.GetStringAsync(ApiRoutes.JobModelFile("killed", "model.json") + "?checkpoint=last"));
            var (code, lines, errors) = await DtrainProcess.RunAsync(_folder, "train", "--data", "digits", "--hidden", "32", "--epochs", $"{Epochs}", "--workers", "1", "--json");
            Assert.True(code == 0, errors);
            using var completed = JsonDocument.Parse(lines[^1]);
            Assert.Equal(completed.RootElement.GetProperty("weightsSha256").GetString(), model.RootElement.GetProperty("weightsSha256").GetString());
        });
    }

    [ClusterFact]
    public async Task An_upload_outlives_its_gateway_and_a_drained_worker_leaves_a_running_job_to_the_other()
    {
        await using var cluster = await RealCluster.StartAsync(output, core: 1, workers: 2);
        await cluster.RunAsync(async () =>
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
            await SubmitAsync(two, $$"""{ "data": "{{dataset.Id}}", "epochs": 400, "name": "drained", "minWorkers": 2 }""");
            var reader = new EventReader("drained");
            var reading = reader.ReadAsync(two);
            var clock = Stopwatch.StartNew();
            while (reader.Epochs.Count == 0)
            {
                Assert.True(clock.Elapsed < Bound, "the job did not get under way");
                await Task.Delay(20);
            }
            var nodes = JsonSerializer.Deserialize(await two.GetStringAsync(ApiRoutes.Nodes), ApiJson.Default.NodeList)!.Nodes;
            var worker = nodes.First(node => node.Roles.Contains("worker"));
            Assert.Equal(HttpStatusCode.Accepted, (await two.PostAsync(ApiRoutes.NodeDrain(worker.Address), null)).StatusCode);
            await reading.WaitAsync(Bound);
            Assert.Equal(Enumerable.Range(0, 400), reader.Epochs);
            Assert.Equal(JobOutcome.Completed, reader.End!.Outcome);
            Assert.Single(cluster.Workers, node => node.HasExited);
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
