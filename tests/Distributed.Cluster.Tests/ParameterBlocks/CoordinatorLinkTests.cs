using Akka.TestKit;
using Distributed.Cluster.ParameterBlocks;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Tests.ParameterBlocks;

public sealed class CoordinatorLinkTests : ActorSpec
{
    private readonly TestProbe _coordinator;
    private readonly Decisions _decisions = new();
    private readonly CoordinatorLink _link;

    public CoordinatorLinkTests()
    {
        _coordinator = CreateTestProbe();
        _link = new CoordinatorLink(SampleJob.Id, block: 3, _coordinator.Ref, _decisions);
    }

    [Fact]
    public void Each_lineage_is_logged_once_and_every_state_is_sent()
    {
        foreach (var lineage in new long[] { 0, 1, 1, 2, 1 })
        {
            _link.Tell(StateOf(lineage));
            Assert.Equal(lineage, Next<BlockState>(_coordinator).Lineage);
        }
        Assert.Equal(["lineage 1", "lineage 2"], _decisions.Lines.Select(line => line[line.IndexOf("lineage", StringComparison.Ordinal)..^" is here".Length]));
        Assert.All(_decisions.Lines, line => Assert.Contains("block 3", line, StringComparison.Ordinal));
    }

    private static BlockState StateOf(long lineage) => new(SampleJob.Id, 3, Incarnation: 7, Term: 1, Query: 1, lineage, Step: 0, null);

    private sealed class Decisions : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
