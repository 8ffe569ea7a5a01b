using Distributed.Cluster.Compute;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Tests.Compute;

public sealed class WorkOrdersTests
{
    private const int Leaves = 4, Parameters = 8;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly WorkOrders _orders = new();

    [Fact]
    public void Leaves_are_taken_in_ascending_order_and_the_oldest_order_first()
    {
        _orders.Add(OrderOf(version: 5));
        _orders.Add(OrderOf(version: 6));
        var taken = new List<(long, int)>();
        while (_orders.TryTake(out var order, out var leaf)) taken.Add((order.Version, leaf));
        Assert.Equal([.. from version in new[] { 5L, 6L } from leaf in Enumerable.Range(0, Leaves) select (version, leaf)], taken);
        Assert.False(_orders.MayHaveWork);
    }

    [Fact]
    public void An_abandoned_order_is_skipped_and_gives_its_sums_back()
    {
        var buffers = new GradientBuffers(Parameters);
        var abandoned = OrderOf(version: 5);
        _orders.Add(abandoned);
        _orders.Add(OrderOf(version: 6));
        Assert.True(_orders.TryTake(out _, out var first));
        var buffer = buffers.Rent();
        buffer.Node = new ReductionNode(first, 1); // waits for its sibling
        Assert.Null(abandoned.Complete(buffer));
        _orders.AbandonBefore(lineage: 1, version: 6);
        Assert.True(_orders.TryTake(out var order, out var leaf));
        Assert.Equal((6L, 0), (order.Version, leaf));
        Assert.Same(buffer, buffers.Rent());
    }

    [Fact]
    public void An_order_of_an_earlier_lineage_is_abandoned_whatever_its_version()
    {
        _orders.Add(OrderOf(version: 9));
        _orders.AbandonBefore(lineage: 2, version: 0);
        Assert.False(_orders.TryTake(out _, out _));
        _orders.Add(OrderOf(version: 0, lineage: 2));
        Assert.True(_orders.TryTake(out _, out _));
    }

    [Fact]
    public void It_is_idle_only_when_every_leaf_is_taken_and_finished()
    {
        Assert.True(_orders.IsIdle);
        _orders.Add(OrderOf(version: 5));
        Assert.False(_orders.IsIdle);
        for (var leaf = 0; leaf < Leaves; leaf++) Assert.True(_orders.TryTake(out _, out _));
        Assert.False(_orders.TryTake(out _, out _));
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            Assert.False(_orders.IsIdle);
            _orders.Finish();
        }
        Assert.True(_orders.IsIdle);
    }

    [Fact]
    public void No_order_is_missed_by_threads_that_park_and_all_end_when_stopped()
    {
        const int threads = 4, orders = 2000;
        var taken = 0;
        var running = Enumerable.Range(0, threads).Select(_ =>
        {
            var thread = new Thread(() =>
            {
                while (!_orders.IsStopped)
                {
                    if (!_orders.TryTake(out var _, out var _))
                    {
                        _orders.Park();
                        continue;
                    }
                    Interlocked.Increment(ref taken);
                    _orders.Finish();
                }
            })
            { IsBackground = true };
            thread.Start();
            return thread;
        }).ToList();
        for (var version = 0; version < orders; version++)
        {
            _orders.Add(OrderOf(version));
            if (version % 7 == 0) Assert.True(SpinWait.SpinUntil(() => _orders.IsIdle, Bound), $"order {version} is not taken"); // so that threads park
        }
        Assert.True(SpinWait.SpinUntil(() => _orders.IsIdle, Bound), "the last orders are not taken");
        Assert.Equal(orders * Leaves, Volatile.Read(ref taken));
        _orders.Stop();
        Assert.All(running, thread => Assert.True(thread.Join(Bound), "a thread does not end"));
    }

    [Fact]
    public void No_thread_parks_once_the_threads_are_to_end()
    {
        _orders.Stop();
        _orders.Park(); // returns
        Assert.True(_orders.IsStopped);
    }

    private static GradientOrder OrderOf(long version, long lineage = 1) =>
        new(lineage, new IndexRange(0, Leaves), Leaves, new WeightsView(version, []), GradientFormat.Float32);
}
