using System.Net;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Tests.Http;

public sealed class FailedSignInsTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    public void A_source_is_an_address_or_the_network_in_which_a_client_chooses_its_own(string address, string source) =>
        Assert.Equal(source, ConnectionBound.SourceOf(IPAddress.Parse(address)));

    [Fact]
    public void A_source_that_fails_too_often_waits_and_another_one_does_not()
    {
        using var failures = new FailedSignIns(1, new Lines(), new AuditLog(null, 1, new Lines(), TimeProvider.System));
        var one = IPAddress.Parse("192.0.2.1");
        var told = Enumerable.Range(0, 1_000).Select(_ => failures.Count(one, "unknown")).ToList();
        Assert.All(told.Take(10), wait => Assert.Null(wait));
        Assert.InRange(told[^1]!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(60));
        // Places are shared by a hash: of a few other sources most have places of their own.
        Assert.True(Enumerable.Range(2, 20).Count(i => failures.Count(IPAddress.Parse($"192.0.2.{i}"), "unknown") is null) >= 15);
    }

    [Fact]
    public void The_log_of_a_flood_is_bounded_and_says_how_much_it_leaves_out()
    {
        var lines = new Lines();
        using var failures = new FailedSignIns(5, lines, new AuditLog(null, 1, lines, TimeProvider.System));
        for (var i = 0; i < 4_000; i++) failures.Count(IPAddress.Parse("192.0.2.1"), "the API key is not known here");
        Assert.InRange(lines.Written.Count, 1, 40);
        Assert.Contains("sign-in from 192.0.2.1 refused: the API key is not known here", lines.Written[0], StringComparison.Ordinal);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
