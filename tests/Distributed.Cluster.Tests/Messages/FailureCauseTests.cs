using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Tests.Messages;

public sealed class FailureCauseTests
{
    [Fact]
    public void Out_of_memory_is_named_wherever_it_lies()
    {
        var memory = new InsufficientMemoryException();
        Exception[] wrapped =
        [
            memory, new InvalidOperationException("a compute thread failed", memory),
            new AggregateException(new TimeoutException(), new InvalidOperationException("later", memory)),
        ];
        Assert.All(wrapped, exception => Assert.Equal(new FailureCause("out of memory", true), FailureCause.Of(exception)));
    }

    [Fact]
    public void Any_other_exception_is_told_in_one_line_by_what_began_it() => Assert.Equal(
        new FailureCause("TimeoutException: too late", false),
        FailureCause.Of(new InvalidOperationException("a compute thread failed", new TimeoutException("too\nlate"))));
}
