using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Distributed.Api;
using Distributed.EndToEnd.Tests.Cluster;
using Distributed.Protocol.Queue;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>Jobs that do not fit into the memory of a real node, which its heap's limit makes small: as in a small container.</summary>
[Collection(RunsAlone.Name)] // a cancellation within ten seconds
public sealed class OutOfMemoryTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(150);

    // What a job needs at least is known when it is submitted: 96 million parameters are refused there. Those of 9 and 16 million just fit by that
    // statement; what comes on top, such as the first weights as they are drawn, has no room.
    private static readonly string[] SmallHeap = ["env", "DOTNET_GCHeapHardLimit=0x12C00000"], HalfHeap = ["env", "DOTNET_GCHeapHardLimit=0x20000000"];
    private const string TooLarge = """{ "data": "digits", "hidden": [65536, 1400], "epochs": 2, "name": "too-large" }""";
    private const string Large = """{ "data": "digits", "hidden": [3000, 3000], "epochs": 2, "name": "large" }""";
    private const string LargeForHalf = """{ "data": "digits", "hidden": [3950, 3950], "epochs": 2, "name": "large" }""";
    private const string Small = """{ "data": "digits", "hidden": [16], "epochs": 2, "name": "small" }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-memory-").FullName;
    private readonly int _cluster = PostgresServer.FreePort(), _http = PostgresServer.FreePort();

    [Fact]
    public async Task A_job_that_does_not_fit_fails_with_advice_the_next_one_runs_and_it_stays_failed_after_a_restart()
    {
        using var node = Start(SmallHeap);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_http}") };
        await TellWhenFailedAsync(node, async () =>
        {
            await Readiness.UntilReadyAsync(client);
            using (var content = new StringContent(TooLarge, Encoding.UTF8, "application/json"))
            using (var refused = await client.PostAsync(ApiRoutes.Jobs, content))
            {
                Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
                Assert.Contains("the job does not fit into memory: its parameter blocks hold 2.5 GiB", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
            await SubmitAsync(client, Large);
            await SubmitAsync(client, Small);
            var large = await UntilAsync(client, "large", job => job.State is not (JobPhase.Queued or JobPhase.Running));
            output.WriteLine(large.Reason);
            Assert.Equal(JobPhase.Failed, large.State);
            Assert.Contains("out of memory", large.Reason, StringComparison.Ordinal);
            Assert.Contains("smaller network", large.Reason, StringComparison.Ordinal);
            Assert.Equal(JobPhase.Completed, (await UntilAsync(client, "small", job => job.State is not (JobPhase.Queued or JobPhase.Running))).State);
            using (var model = await client.GetAsync(ApiRoutes.JobModel("large")))
            {
                var problem = await model.Content.ReadAsStringAsync();
                Assert.Equal(HttpStatusCode.Conflict, model.StatusCode);
                Assert.Contains("no best checkpoint", problem, StringComparison.Ordinal);
            }

            await node.KillAsync();
            node.StartAgain();
            await Readiness.UntilReadyAsync(client);
            Assert.Equal(large.Reason, (await UntilAsync(client, "large", _ => true)).Reason);
            using var deleted = await client.DeleteAsync(ApiRoutes.Job("large"));
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        });
    }

    [Fact]
    public async Task A_job_without_a_checkpoint_is_cancelled_within_ten_seconds_and_says_that_it_has_no_weights()
    {
        using var node = Start(HalfHeap);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_http}") };
        await TellWhenFailedAsync(node, async () =>
        {
            await Readiness.UntilReadyAsync(client);
            await SubmitAsync(client, LargeForHalf);
            await SubmitAsync(client, Small);
            await UntilAsync(client, "large", job => job.State == JobPhase.Running);
            var clock = Stopwatch.StartNew();
            using (var cancelled = await client.PostAsync(ApiRoutes.JobCancel("large"), null)) Assert.True(cancelled.IsSuccessStatusCode);
            var large = await UntilAsync(client, "large", job => job.EndedAt is not null);
            output.WriteLine($"{large.State} after {clock.Elapsed.TotalSeconds:0.0} s: {large.Reason}");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"it took {clock.Elapsed}");
            Assert.Equal(JobPhase.Cancelled, large.State);
            Assert.Contains("no weights", large.Reason, StringComparison.Ordinal);
            using (var content = new StringContent("{ \"rows\": [] }", Encoding.UTF8, "application/json"))
            using (var prediction = await client.PostAsync(ApiRoutes.JobPredictions("large"), content))
                Assert.Contains("no weights", await prediction.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(JobPhase.Completed, (await UntilAsync(client, "small", job => job.EndedAt is not null)).State);

            var (code, _, errors) = await DtrainProcess.RunAsync(_folder, "watch", "large", "--server", $"{client.BaseAddress}");
            Assert.Equal(1, code);
            Assert.Contains("no weights", errors, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_run_of_dtrain_that_does_not_fit_ends_with_one_line_and_advice()
    {
        using (var refused = DtrainProcess.StartWithin(_folder, SmallHeap, "train", "--data", "digits", "--hidden", "65536,1400", "--store", "a.db"))
        {
            var (status, _, reason) = await refused.FinishAsync();
            Assert.Equal(2, status);
            Assert.StartsWith("dtrain: the job does not fit into memory: its parameter blocks hold 2.5 GiB", reason, StringComparison.Ordinal);
        }
        using var run = DtrainProcess.StartWithin(
            _folder, SmallHeap, "train", "--data", "digits", "--hidden", "3000,3000", "--epochs", "2", "--name", "large", "--store", "a.db", "--json");
        var (code, _, errors) = await run.FinishAsync();
        output.WriteLine(errors);
        Assert.Equal(1, code);
        Assert.Contains("large failed: block 0", errors, StringComparison.Ordinal);
        Assert.Contains("out of memory", errors, StringComparison.Ordinal);
        Assert.Contains("smaller network", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal); // no stack trace
        var (export, _, refusal) = await DtrainProcess.RunAsync(_folder, "export", "--job", "large", "--store", "a.db", "-o", "large.safetensors");
        Assert.True(export == 2, $"{export}: {refusal}");
        Assert.Contains("large has no best checkpoint and gets none: block 0", refusal, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private NodeProcess Start(string[] heap) => NodeProcess.Start(
        "small", heap, "--roles", "coordinator,parameter-server,worker,gateway", "--port", $"{_cluster}", "--seed-nodes", $"127.0.0.1:{_cluster}",
        "--store", Path.Combine(_folder, "store.db"), "--data-dir", Path.Combine(_folder, "data"), "--http", $"{_http}", "--threads", "2");

    private async Task TellWhenFailedAsync(NodeProcess node, Func<Task> test)
    {
        try
        {
            await test();
        }
        catch
        {
            foreach (var line in node.Telling(80)) output.WriteLine(line);
            throw;
        }
    }

    private static async Task SubmitAsync(HttpClient client, string jobFile)
    {
        using var content = new StringContent(jobFile, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(ApiRoutes.Jobs, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<JobSummary> UntilAsync(HttpClient client, string job, Func<JobSummary, bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var response = await client.GetAsync(ApiRoutes.Job(job));
            var text = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode && JsonSerializer.Deserialize(text, ApiJson.Default.JobDetail)!.Summary is var summary && condition(summary)) return summary;
            Assert.True(clock.Elapsed < Bound, text);
            await Task.Delay(100);
        }
    }
}
