using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Distributed.Api;
using Distributed.Node.Tests.Http;
using Distributed.Tests;

namespace Distributed.Node.Tests.Programs;

/// <summary>What a node says when its machine has no more to give, or when it is asked to end.</summary>
public sealed class ExhaustedNodeTests : IDisposable
{
    private const string Waiting = """{ "data": "diabetes", "epochs": 1, "minWorkers": 9, "name": "waiting" }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-exhausted-").FullName;

    private string Disk => Path.Combine(_folder, "disk");

    public void Dispose()
    {
        if (Directory.Exists(Disk)) Run("umount", "-l", Disk);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Connections_leave_files_to_open_and_a_signal_to_end_is_said_to_be_for_now()
    {
        if (OperatingSystem.IsWindows()) return;
        using var node = NodeProgram.Start(_folder, "ulimit -n 1024;");
        await node.ReadyAsync();
        await node.Client.SubmitAsync(Waiting);

        var flood = new List<Socket>();
        try
        {
            // More connections than the system lets the node open files: it keeps some for itself.
            while (flood.Count < 1_100)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(node.Client.BaseAddress!.Host, node.Client.BaseAddress.Port);
            }
            for (var i = 0; i < 5; i++)
            {
                using var fresh = new HttpClient { BaseAddress = node.Client.BaseAddress };
                using var answer = await fresh.PostAsync($"{ApiRoutes.Datasets}?name=n{i}", ClientExtensions.Csv(ClientExtensions.SmallTable(i)));
                if (answer.IsSuccessStatusCode) continue;
                await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable); // until those that gave way are closed
                Assert.NotNull(answer.Headers.RetryAfter);
            }
        }
        finally
        {
            foreach (var socket in flood) socket.Dispose();
        }
        using (var fresh = new HttpClient { BaseAddress = node.Client.BaseAddress }) await fresh.UploadAsync(ClientExtensions.SmallTable(77));
        Assert.InRange(node.Lines.Sum(line => line.Length), 1, 50_000);

        // Streams are open and more are being opened while it ends.
        using var streams = new CancellationTokenSource();
        var opening = Enumerable.Range(0, 8).Select(_ => OpenAsync(node.Client, streams.Token)).ToList();
        await node.UntilAsync(() => opening.Count > 0 && OpenedStreams > 20);
        node.Send(Signals.Terminate);
        var refusals = (await Task.WhenAll(opening)).SelectMany(all => all).ToList();
        Assert.All(refusals, refusal => Assert.Equal((HttpStatusCode.ServiceUnavailable, true), refusal));
        Assert.Equal(0, await node.EndAsync());
    }

    private int OpenedStreams => Volatile.Read(ref _opened);

    private int _opened;

    /// <summary>Opens streams until the node is gone; tells the answers that were no streams, and whether they say when to come again.</summary>
    private async Task<List<(HttpStatusCode Status, bool SaysWhen)>> OpenAsync(HttpClient client, CancellationToken cancellation)
    {
        var refused = new List<(HttpStatusCode, bool)>();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(ApiRoutes.JobEvents("waiting"), HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (answer.IsSuccessStatusCode) Interlocked.Increment(ref _opened);
                else refused.Add((answer.StatusCode, answer.Headers.RetryAfter is not null));
            }
            catch (HttpRequestException)
            {
                return refused; // it takes no connections any more
            }
        }
    }

    [SmallDiskFact]
    public async Task A_full_disk_and_one_that_cannot_be_written_are_called_so()
    {
        Directory.CreateDirectory(Disk);
        Run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", Disk);
        using (var node = NodeProgram.Start(Disk))
        {
            await node.ReadyAsync();
            await node.Client.SubmitAsync(Waiting);
            Run("sh", "-c", $"cat /dev/zero > {Disk}/fill 2>/dev/null; true");
            var upload = await node.Client.PostAsync(ApiRoutes.Datasets, ClientExtensions.Csv(ClientExtensions.SmallTable(1)));
            Assert.Contains("disk is full", (await upload.ProblemAsync(HttpStatusCode.InsufficientStorage)).Detail, StringComparison.Ordinal);
            foreach (var (path, body) in ((string, string?)[])[(ApiRoutes.JobCancel("waiting"), null), (ApiRoutes.Jobs, Waiting.Replace("waiting", "another", StringComparison.Ordinal))])
            {
                var answer = await node.Client.PostAsync(path, body is null ? null : ClientExtensions.Json(body));
                var said = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage, $"{path}: {answer.StatusCode} {said}");
                Assert.Contains("full", said, StringComparison.Ordinal);
                Assert.DoesNotContain("role", said, StringComparison.Ordinal);
            }
            File.Delete(Path.Combine(Disk, "fill"));
            for (var until = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(100))
            {
                using var answer = await node.Client.PostAsync(ApiRoutes.JobCancel("waiting"), null);
                if (answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict) break; // cancelled now, or by what was asked before
                Assert.True(DateTime.UtcNow < until, $"it is not cancelled when there is room again: {await answer.Content.ReadAsStringAsync()}");
            }
        }
        Run("mount", "-o", "remount,ro", Disk);
        using var late = NodeProgram.Start(Disk);
        Assert.Equal(2, await late.EndAsync());
        Assert.Contains("read-only", Assert.Single(late.Lines, line => line.StartsWith("distributed-node:", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}

/// <summary>A test that mounts a small file system; skipped, with the reason, where that is not allowed.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() =>
        Skip = RootProbe.Missing("d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d", "mounting a small file system");
}
