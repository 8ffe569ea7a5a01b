using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Distributed.Api;
using Distributed.Data.Compressed;
using Distributed.Data.Sets;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Distributed.Node.Problems;

namespace Distributed.Node.Tests.Http;

/// <summary>What requests cost the node: the memory of their bodies, and computing for clients that have left.</summary>
[Collection(GatewayCollection.Name)]
public sealed class BudgetTests(GatewayFixture gateway)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_body_is_read_for_predictions_of_a_job_that_there_is_not()
    {
        Assert.StartsWith("HTTP/1.1 404", await AnswerAsync(gateway.Client.BaseAddress!, ApiRoutes.JobPredictions("nobody"), 60_000_000), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_draw_on_one_memory_and_give_it_back_when_their_clients_leave()
    {
        await using var server = await gateway.ServeAsync(gateway.DataFolder, ApiKeys.None, new HttpLimits { RequestMemoryBytes = 1 << 20, RequestsPerSecond = 100_000 });
        var address = new Uri(server.Address);
        using (var first = await OpenAsync(address, ApiRoutes.Jobs, 400_000))
        {
            // The second would take it beyond the bound, once the first has its share.
            var clock = Stopwatch.StartNew();
            while (!(await AnswerAsync(address, ApiRoutes.Jobs, 400_000, waits: false)).StartsWith("HTTP/1.1 503", StringComparison.Ordinal))
                Assert.True(clock.Elapsed < Bound, "the second body finds memory");
        }
        using var client = new HttpClient { BaseAddress = address };
        for (var clock = Stopwatch.StartNew(); ;)
        {
            using var answer = await client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json(new string(' ', 400_000)));
            if (answer.StatusCode == HttpStatusCode.BadRequest) break; // read, and no job file
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.True(clock.Elapsed < Bound, "the memory does not come back");
            await Task.Delay(100);
        }
    }

    [Fact]
    public void A_share_is_given_back_once_and_one_request_alone_always_has_room()
    {
        var memory = new RequestMemory(100);
        using (memory.Take(1_000)) Assert.Equal(503, Assert.Throws<ApiException>(() => memory.Take(1)).Status);
        var share = memory.Take(60);
        Assert.Throws<ApiException>(() => memory.Take(41));
        using (memory.Take(40)) share.Dispose();
        using (var growing = memory.Take(10))
        using (memory.Take(50))
        {
            growing.Grow(40);
            Assert.Equal(503, Assert.Throws<ApiException>(() => growing.Grow(1)).Status); // others may leave
            Assert.Equal(413, Assert.Throws<ApiException>(() => growing.Grow(51)).Status);
            Assert.Equal(50, growing.Bytes);
        }
        share.Dispose();
        Assert.Equal(0, memory.Taken);
    }

    [Fact]
    public async Task A_place_is_taken_before_the_body_and_given_back_when_it_comes_too_slowly_or_its_client_leaves()
    {
        await using var server = await gateway.ServeAsync(gateway.DataFolder, ApiKeys.None, new HttpLimits
        {
            Computations = 1,
            RequestsPerSecond = 100_000,
            BodyPace = new BodyPace(TimeSpan.FromSeconds(3), 1 << 20),
        });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        using (await OpenAsync(client.BaseAddress, ApiRoutes.Jobs, 1_000)) await WaitsAsync(client);
        Assert.Equal(HttpStatusCode.BadRequest, await SubmitNothingAsync(client)); // its client left

        using var slow = await OpenAsync(client.BaseAddress, ApiRoutes.Jobs, 1_000);
        await WaitsAsync(client);
        var buffer = new byte[64];
        using var patience = new CancellationTokenSource(Bound);
        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(buffer, 0, await slow.ReceiveAsync(buffer, patience.Token)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, await SubmitNothingAsync(client));
    }

    [Fact]
    public async Task Four_bombs_are_refused_and_give_back_what_they_took()
    {
        await using var server = await gateway.ServeAsync(gateway.DataFolder, ApiKeys.None, new HttpLimits { RequestsPerSecond = 100_000, RequestMemoryBytes = 16 << 20 });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(2) };
        var table = await client.UploadAsync(ClientExtensions.SmallTable(salt: 4_444));
        await client.SubmitAsync($$"""{ "data": "{{table.Id}}", "epochs": 1, "batch": 10, "name": "bombed" }""");
        await client.UntilEndedAsync("bombed");

        Assert.Contains("has a header and no rows", await RefusedAsync(client, ApiRoutes.Datasets, "text/csv", Bombs.BlankLines(16 << 20), HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Contains("16 MiB of memory", await RefusedAsync(client, ApiRoutes.Datasets, "text/csv", Bombs.Rows(32 << 20), HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Contains("16 MiB of memory", await RefusedAsync(client, ApiRoutes.Datasets, "application/octet-stream", Bombs.Zip(32 << 20), HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Contains("16 MiB of memory", await RefusedAsync(client, ApiRoutes.JobPredictions("bombed"), "application/json", Bombs.Json(4 << 20), HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Contains("16 MiB of memory", await RefusedAsync(client, ApiRoutes.JobPredictions("bombed"), "text/csv", Bombs.Rows(32 << 20), HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        await client.UploadAsync(ClientExtensions.SmallTable(9), "after-bombs");
    }

    private static async Task<string> RefusedAsync(HttpClient client, string path, string type, byte[] body, HttpStatusCode status)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new(type) } };
        using var answer = await client.PostAsync(path, content);
        return (await answer.ProblemAsync(status)).Detail!;
    }

    /// <summary>Waits until a request waits for its place.</summary>
    private static async Task WaitsAsync(HttpClient client)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                (await client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("[]"), patience.Token)).Dispose();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Assert.True(clock.Elapsed < Bound, "the place is not taken");
        }
    }

    private static async Task<HttpStatusCode> SubmitNothingAsync(HttpClient client)
    {
        using var answer = await client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("[]"));
        return answer.StatusCode;
    }

    [Fact]
    public async Task Reading_a_small_file_that_unpacks_to_gigabytes_ends_with_its_scope()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, Bombs.BlankLines(256 << 20));
            using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            var clock = Stopwatch.StartNew();
            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                using var scope = new ReadingScope(leaving.Token);
                ParsedTable.Of(file);
            });
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A request whose body does not come.</summary>
    private static async Task<Socket> OpenAsync(Uri address, string path, int length)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
        return socket;
    }

    /// <summary>The beginning of the answer to a request whose body does not come; empty when it does not come within a moment and is not waited for.</summary>
    private static async Task<string> AnswerAsync(Uri address, string path, int length, bool waits = true)
    {
        using var socket = await OpenAsync(address, path, length);
        var buffer = new byte[64];
        using var patience = new CancellationTokenSource(waits ? Bound : TimeSpan.FromMilliseconds(300));
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience.Token));
        }
        catch (OperationCanceledException) when (!waits)
        {
            return "";
        }
    }
}
