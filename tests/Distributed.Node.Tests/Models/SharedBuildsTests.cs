using System.Net;
using Distributed.Node.Models;
using Distributed.Node.Problems;

namespace Distributed.Node.Tests.Models;

public sealed class SharedBuildsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly List<Build> _builds = [];
    private readonly SharedBuilds<string, string> _shared;

    public SharedBuildsTests() => _shared = new SharedBuilds<string, string>(100, 50);

    [Fact]
    public async Task Forty_who_ask_at_once_share_one_build()
    {
        var asked = Enumerable.Range(0, 40).Select(_ => RentAsync("a", 10)).ToArray();
        (await BuildAsync(0)).End("the model");
        foreach (var lease in await Task.WhenAll(asked).WaitAsync(Bound)) Assert.Equal("the model", lease.Value);
        Assert.Single(_builds);
    }

    [Fact]
    public async Task What_nobody_uses_stays_while_there_is_room_and_the_least_recently_used_goes_first()
    {
        foreach (var key in (string[])["a", "b"]) (await BuiltAsync(key, 40)).Dispose();
        (await BuiltAsync("a", 40, isKept: true)).Dispose();
        (await BuiltAsync("c", 40)).Dispose();
        Assert.Equal(80, _shared.HeldBytes);
        (await BuiltAsync("a", 40, isKept: true)).Dispose();
        (await BuiltAsync("c", 40, isKept: true)).Dispose();
        (await BuiltAsync("b", 40)).Dispose();
        Assert.Equal(80, _shared.HeldBytes);
    }

    [Fact]
    public async Task A_build_waits_for_room_until_somebody_is_done_with_another_value()
    {
        var first = await BuiltAsync("a", 60);
        var second = RentAsync("b", 60);
        Assert.Equal(60, _shared.HeldBytes);
        first.Dispose();
        first.Dispose(); // once is enough
        (await BuildAsync(1)).End("b");
        (await second.WaitAsync(Bound)).Dispose();
        Assert.Equal(60, _shared.HeldBytes);
    }

    [Fact]
    public async Task One_build_runs_at_a_time()
    {
        var first = RentAsync("a", 10);
        var second = RentAsync("b", 10);
        Assert.Equal(10, _shared.HeldBytes);
        (await BuildAsync(0)).End("a");
        await first.WaitAsync(Bound);
        (await BuildAsync(1)).End("b");
        await second.WaitAsync(Bound);
    }

    [Fact]
    public async Task A_value_beyond_the_whole_bound_is_built_alone_and_not_kept()
    {
        (await BuiltAsync("a", 40)).Dispose();
        var large = await BuiltAsync("large", 500);
        Assert.Equal(500, _shared.HeldBytes);
        var other = RentAsync("b", 10);
        large.Dispose();
        (await BuildAsync(2)).End("b");
        await other.WaitAsync(Bound);
        Assert.Equal(10, _shared.HeldBytes);
    }

    [Fact]
    public async Task A_value_that_takes_more_than_was_expected_counts_what_it_takes()
    {
        var rented = RentAsync("a", 10);
        (await BuildAsync(0)).End("a", 70);
        var lease = await rented.WaitAsync(Bound);
        Assert.Equal(70, _shared.HeldBytes);
        lease.Dispose();
        (await BuiltAsync("b", 40)).Dispose();
        Assert.Equal(40, _shared.HeldBytes);
    }

    [Fact]
    public async Task A_failed_build_is_told_to_all_who_wait_and_is_not_kept()
    {
        var asked = new[] { RentAsync("a", 10), RentAsync("a", 10) };
        (await BuildAsync(0)).Fail(new InvalidOperationException("no store"));
        foreach (var one in asked) Assert.Equal("no store", (await Assert.ThrowsAsync<InvalidOperationException>(() => one.WaitAsync(Bound))).Message);
        Assert.Equal(0, _shared.HeldBytes);
        (await BuiltAsync("a", 10)).Dispose();
    }

    [Fact]
    public async Task One_who_leaves_does_not_end_the_build_that_others_wait_for()
    {
        using var leaves = new CancellationTokenSource();
        var gone = RentAsync("a", 10, leaves.Token);
        var stays = RentAsync("a", 10);
        var build = await BuildAsync(0);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Bound));
        Assert.False(build.Cancellation.IsCancellationRequested);
        build.End("a");
        Assert.Equal("a", (await stays.WaitAsync(Bound)).Value);
    }

    [Fact]
    public async Task The_last_one_who_leaves_ends_the_build_and_the_next_one_begins_another()
    {
        using var leaves = new CancellationTokenSource();
        var gone = new[] { RentAsync("a", 60, leaves.Token), RentAsync("a", 60, leaves.Token) };
        var build = await BuildAsync(0);
        await leaves.CancelAsync();
        foreach (var one in gone) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(Bound));
        await build.CancelledAsync().WaitAsync(Bound);
        var next = RentAsync("a", 60);
        Assert.Equal(60, _shared.HeldBytes); // its memory is not free before it has ended
        build.Fail(new OperationCanceledException());
        (await BuildAsync(1)).End("a");
        Assert.Equal("a", (await next.WaitAsync(Bound)).Value);
        Assert.Equal(60, _shared.HeldBytes);
    }

    [Fact]
    public async Task One_who_leaves_while_waiting_for_room_leaves_nothing_behind()
    {
        var first = await BuiltAsync("a", 60);
        using var leaves = new CancellationTokenSource();
        var gone = RentAsync("b", 60, leaves.Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Bound));
        first.Dispose();
        (await BuiltAsync("a", 60, isKept: true)).Dispose();
        Assert.Equal((1, 60L), (_builds.Count, _shared.HeldBytes));
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_and_those_whose_value_is_there_are_not()
    {
        (await BuiltAsync("there", 10)).Dispose();
        var waiting = Enumerable.Range(0, 50).Select(_ => RentAsync("a", 10)).ToArray();
        var build = await BuildAsync(1);
        foreach (var key in (string[])["a", "b"])
            Assert.Equal((int)HttpStatusCode.TooManyRequests, (await Assert.ThrowsAsync<ApiException>(() => RentAsync(key, 10))).Status);
        (await BuiltAsync("there", 10, isKept: true)).Dispose();
        build.End("a");
        await Task.WhenAll(waiting).WaitAsync(Bound);
        (await BuiltAsync("b", 10)).Dispose();
    }

    private Task<Lease<string>> RentAsync(string key, long bytes, CancellationToken cancellation = default) => _shared.RentAsync(key, bytes, stop =>
    {
        var build = new Build(bytes, stop);
        lock (_builds) _builds.Add(build);
        return build.Task;
    }, cancellation);

    private async Task<Lease<string>> BuiltAsync(string key, long bytes, bool isKept = false)
    {
        var before = _builds.Count;
        var rented = RentAsync(key, bytes);
        if (!isKept) (await BuildAsync(before)).End(key);
        var lease = await rented.WaitAsync(Bound);
        Assert.Equal((key, before + (isKept ? 0 : 1)), (lease.Value, _builds.Count));
        return lease;
    }

    /// <summary>The build of a number, once it has begun.</summary>
    private async Task<Build> BuildAsync(int number)
    {
        for (var until = DateTime.UtcNow + Bound; DateTime.UtcNow < until; await Task.Delay(5))
        {
            lock (_builds)
                if (_builds.Count > number) return _builds[number];
        }
        throw new TimeoutException($"build {number} does not begin");
    }

    private sealed class Build(long bytes, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<(string, long)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Cancellation => cancellation;

        public Task<(string, long)> Task => _done.Task;

        public void End(string value, long? actual = null) => _done.SetResult((value, actual ?? bytes));

        public void Fail(Exception e) => _done.SetException(e);

        public Task CancelledAsync()
        {
            var cancelled = new TaskCompletionSource();
            cancellation.Register(cancelled.SetResult);
            return cancelled.Task;
        }
    }
}
