using System.Net.Sockets;
using System.Text.Json;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Node.Tests.Problems;

/// <summary>What a client is told when the node's machine has no more to give.</summary>
public sealed class ProblemAnswersTests
{
    public static TheoryData<string, int, string> Failures => new()
    {
        { "file", 503, "as many files open as the system lets it" },
        { "socket", 503, "as many files open as the system lets it" },
        { "wrapped file", 503, "as many files open as the system lets it" },
        { "disk", 507, "the node's disk is full" },
        { "memory", 503, "no memory" },
        { "stopping", 503, "about to stop" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task It_is_said_to_be_for_now_and_is_no_defect(string what, int status, string said)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider() };
        context.Response.Body = new MemoryStream();
        var settings = new HttpSettings { Address = new(System.Net.IPAddress.Loopback, 0), IsGateway = true, DataFolder = "/data" };
        var answers = new ProblemAnswers(settings, new Lifetime(isStopping: what == "stopping"), NullLogger<ProblemAnswers>.Instance);
        Assert.True(await answers.TryHandleAsync(context, FailureOf(what), CancellationToken.None));
        context.Response.Body.Position = 0;
        var problem = JsonSerializer.Deserialize(context.Response.Body, ApiJson.Default.ApiProblem)!;
        Assert.Equal((status, status), (context.Response.StatusCode, problem.Status));
        Assert.Contains(said, problem.Detail, StringComparison.Ordinal);
        Assert.Equal(status == 503, context.Response.Headers.RetryAfter.Count > 0);
    }

    private static Exception FailureOf(string what) => what switch
    {
        "file" => new IOException("Too many open files", 24),
        "socket" => new SocketException((int)SocketError.TooManyOpenSockets),
        "wrapped file" => new InvalidOperationException("a reader failed", new IOException("Too many open files", 24)),
        "disk" => new IOException("No space left on device", 28),
        "memory" => new InsufficientMemoryException(),
        _ => new OperationCanceledException(),
    };

    private sealed class Lifetime(bool isStopping) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => new(isStopping);

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() { }
    }
}
