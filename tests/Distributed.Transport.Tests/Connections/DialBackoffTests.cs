using CsCheck;
using Distributed.Transport.Connections;

namespace Distributed.Transport.Tests.Connections;

public sealed class DialBackoffTests
{
    [Fact]
    public void Pauses_grow_to_the_bound_and_begin_again_after_a_connection() => Gen.Int.Sample(seed =>
    {
        var backoff = new DialBackoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2), seed);
        for (var failures = 0; failures < 100; failures++)
        {
            var whole = Math.Min(2000, 20 * Math.Pow(2, failures));
            Assert.InRange(backoff.Next().TotalMilliseconds, whole / 2, whole);
        }
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 10, 20);
    });
}
