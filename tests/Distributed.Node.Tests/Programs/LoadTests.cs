using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Distributed.Api;
using Distributed.Node.Keys;
using Distributed.Node.Tests.Http;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Programs;

/// <summary>A node under all that strangers and clumsy clients do at once: its health, its memory and the speed of its job.</summary>
public sealed class LoadTests(ITestOutputHelper output) : IDisposable
{
    private const string Key = "key-of-the-load-0123456789";
    private const long HeapBytes = 512L << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-load-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Wrong_keys_idle_connections_bombs_and_streams_leave_health_and_memory_alone()
    {
        if (!OperatingSystem.IsLinux()) return;
        await RunAsync(new Load(WrongKeys: 400, Idle: 600, BombBytes: 16 << 20, Streams: 20, Epochs: 700, Seconds: 2, HealthSeconds: 3));
    }

    [Fact, Trait("Category", "Soak")]
    public async Task So_do_very_many()
    {
        if (!OperatingSystem.IsLinux()) return;
        var kept = await RunAsync(new Load(WrongKeys: 4_000, Idle: 2_100, BombBytes: 1L << 30, Streams: 20, Epochs: 28_000, Seconds: 10, HealthSeconds: 1));
        Assert.True(kept >= 0.8, $"the job keeps {kept:P0} of its speed");
    }

    /// <param name="WrongKeys">Requests with wrong keys.</param>
    /// <param name="Idle">Connections that send nothing.</param>
    /// <param name="BombBytes">What each bomb unpacks to.</param>
    /// <param name="Streams">Streams of the long job at once.</param>
    /// <param name="Epochs">The long job's epochs.</param>
    /// <param name="Seconds">How long the running job's speed is measured.</param>
    /// <param name="HealthSeconds">The slowest answer about health; longer where other tests share the cores.</param>
    private sealed record Load(int WrongKeys, int Idle, long BombBytes, int Streams, int Epochs, int Seconds, int HealthSeconds);

    /// <summary>Tells what the job kept of its speed.</summary>
    private async Task<double> RunAsync(Load load)
    {
        using var node = NodeProgram.Start(
            _folder, $"export DOTNET_GCHeapHardLimit={HeapBytes:x} DISTRIBUTED_API_KEYS='ann:operator:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(Key))}';",
            "--max-concurrent-jobs", "2");
        await node.ReadyAsync(Key);
        var client = node.Client;
        var dataset = await client.UploadAsync(ClientExtensions.SmallTable());
        await client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": {{load.Epochs}}, "hidden": [4], "batch": 32, "patience": {{load.Epochs}}, "name": "long" }""");
        for (var clock = Stopwatch.StartNew(); (await client.GetAsync<JobDetail>(ApiRoutes.Job("long") + "?last=0")).Summary.EndedAt is null; await Task.Delay(200))
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(8), "the long job does not end");
        await client.SubmitAsync("""{ "data": "digits", "hidden": [256, 128], "epochs": 1000000, "patience": 1000000, "name": "running" }""");
        await client.UntilAsync("running", detail => detail.Epochs.Count > 3);

        var bombs = BombsOf(load.BombBytes); // packed before anything is measured
        using var healthy = new CancellationTokenSource();
        var health = WatchHealthAsync(client, healthy.Token);
        var measured = TimeSpan.FromSeconds(load.Seconds);
        var before = await SpeedAsync(client, measured);
        var clockOfLoad = Stopwatch.StartNew();
        var loads = Task.WhenAll(WrongKeysAsync(client, load.WrongKeys), IdleAsync(client, load.Idle), BombsAsync(client, bombs), StreamsAsync(client, load.Streams, load.Epochs));
        var during = await SpeedAsync(client, measured, loads);
        await loads;
        output.WriteLine($"load of {clockOfLoad.Elapsed.TotalSeconds:0.0} s");
        var after = await SpeedAsync(client, measured);
        await healthy.CancelAsync();
        var slowest = await health;
        var peak = PeakOf(node.Id);
        var kept = during / ((before + after) / 2);
        output.WriteLine($"{load}: {before:#,0} steps/s before, {during:#,0} under load, {after:#,0} after: {kept:P0} kept");
        output.WriteLine($"health answered within {slowest.TotalMilliseconds:0} ms; at most {peak >> 20:#,0} MiB resident, the heap's limit is {HeapBytes >> 20} MiB");
        Assert.True(slowest < TimeSpan.FromSeconds(load.HealthSeconds), $"health took {slowest}");
        Assert.InRange(peak, 0, HeapBytes + (256L << 20));
        Assert.True(during > 0, "the job stands still");
        return kept;
    }

    private static async Task<double> SpeedAsync(HttpClient client, TimeSpan measured, Task? until = null)
    {
        var (clock, begin) = (Stopwatch.StartNew(), await StepAsync(client));
        await Task.Delay(measured);
        if (until is not null) await until;
        return (await StepAsync(client) - begin) / clock.Elapsed.TotalSeconds;
    }

    private static async Task<long> StepAsync(HttpClient client) =>
        (await AgainAsync(() => client.GetAsync<JobDetail>(ApiRoutes.Job("running") + "?last=0"))).Status?.Blocks[0].Step ?? 0;

    /// <summary>Asks again on another connection, as a client must whose connection had no request for a moment and gave way to newer ones.</summary>
    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
    {
        for (var left = 5; ; left--)
        {
            try
            {
                return await ask();
            }
            catch (HttpRequestException) when (left > 0)
            {
                // The next attempt takes another connection.
            }
        }
    }

    private static async Task<TimeSpan> WatchHealthAsync(HttpClient client, CancellationToken ended)
    {
        using var own = new HttpClient { BaseAddress = client.BaseAddress }; // a connection of its own, as a probe has
        var slowest = TimeSpan.Zero;
        while (!ended.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await AgainAsync(() => own.GetAsync(ApiRoutes.Live, CancellationToken.None));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            if (clock.Elapsed > slowest) slowest = clock.Elapsed;
            await Task.Delay(100, CancellationToken.None);
        }
        return slowest;
    }

    private static Task WrongKeysAsync(HttpClient client, int count) => Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellation) =>
    {
        using var answer = await AgainAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Jobs);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", $"wrong-key-{i}-0123456789");
            return await client.SendAsync(request, cancellation);
        });
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests]);
    });

    private static async Task IdleAsync(HttpClient client, int count)
    {
        var open = new List<Socket>();
        try
        {
            while (open.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                open.Add(socket);
                await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
            }
            await Task.Delay(TimeSpan.FromSeconds(2)); // they stay for a while
        }
        finally
        {
            foreach (var socket in open) socket.Dispose();
        }
    }

    private static (string Path, string Type, byte[] Body)[] BombsOf(long bytes) =>
    [
        (ApiRoutes.Datasets, "text/csv", Bombs.BlankLines(bytes)), (ApiRoutes.Datasets, "text/csv", Bombs.Rows(bytes)),
        (ApiRoutes.Datasets, "application/octet-stream", Bombs.Zip(bytes)), (ApiRoutes.JobPredictions("long"), "application/json", Bombs.Json((int)Math.Min(bytes / 2, 32 << 20))),
    ];

    private static Task BombsAsync(HttpClient client, IEnumerable<(string Path, string Type, byte[] Body)> bombs) => Task.WhenAll(bombs.Select(async bomb =>
    {
        using var answer = await AgainAsync(async () =>
        {
            using var content = new ByteArrayContent(bomb.Body) { Headers = { ContentType = new(bomb.Type) } };
            return await client.PostAsync(bomb.Path, content);
        });
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnprocessableEntity, HttpStatusCode.ServiceUnavailable]);
    }));

    private static Task StreamsAsync(HttpClient client, int count, int epochs) => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        using var response = await AgainAsync(() => client.GetAsync(ApiRoutes.JobEvents("long"), HttpCompletionOption.ResponseHeadersRead));
        using var reader = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        var heard = 0;
        while (await reader.ReadLineAsync() is { } line)
            if (line == "event: epoch") heard++;
        Assert.Equal(epochs, heard);
    }));

    /// <summary>The most resident memory that the process has had.</summary>
    private static long PeakOf(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10).Single();
}
