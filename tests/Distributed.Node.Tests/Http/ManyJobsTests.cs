using System.Collections.Concurrent;
using System.Diagnostics;
using Distributed.Api;
using Distributed.Protocol.Queue;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Http;

[Collection(GatewayCollection.Name)]
public sealed class ManyJobsTests(GatewayFixture gateway, ITestOutputHelper output)
{
    [Fact]
    public Task Twenty_small_jobs_queued_at_once_all_complete() => RunAsync(20);

    [Fact, Trait("Category", "Soak")]
    public Task A_thousand_small_jobs_queued_at_once_all_complete_in_bounded_memory() => RunAsync(1_000);

    private async Task RunAsync(int count)
    {
        var client = gateway.Client;
        var dataset = await client.UploadAsync(ClientExtensions.SmallTable(count), $"small-{count}");
        var clock = Stopwatch.StartNew();
        var names = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            names.Add((await client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": 1, "hidden": [4], "seed": {{i}} }""")).Summary.Id));
        Assert.Equal(count, names.Distinct().Count());
        var submitted = clock.Elapsed;
        var memory = new List<long>();
        for (var open = names.ToHashSet(); open.Count > 0; await Task.Delay(200))
        {
            foreach (var job in await ListAsync(client))
            {
                if (job.EndedAt is null || !open.Remove(job.Id)) continue;
                Assert.True(job.State == JobPhase.Completed, $"{job}");
                if (open.Count % Math.Max(1, count / 10) == 0) memory.Add(GC.GetTotalMemory(forceFullCollection: true));
            }
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(20), $"{open.Count} jobs are left");
        }
        output.WriteLine($"{count} jobs: submitted in {submitted.TotalSeconds:0.0} s, all complete after {clock.Elapsed.TotalSeconds:0.0} s: {count / clock.Elapsed.TotalSeconds:0.0} jobs/s");
        output.WriteLine($"managed memory in MB: {string.Join(", ", memory.Select(bytes => bytes >> 20))}");
        Assert.True(memory[^1] < memory[0] + (64L << 20), "finished jobs stay in memory");
    }

    private static async Task<List<JobSummary>> ListAsync(HttpClient client)
    {
        var listed = new List<JobSummary>();
        for (string? before = null; ;)
        {
            var page = await client.GetAsync<JobList>($"{ApiRoutes.Jobs}?limit=100{(before is null ? "" : $"&before={before}")}");
            listed.AddRange(page.Jobs);
            if ((before = page.Next) is null) return listed;
        }
    }
}
