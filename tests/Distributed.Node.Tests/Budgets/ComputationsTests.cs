using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Tests.Budgets;

public sealed class ComputationsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task As_many_compute_and_wait_as_may_and_the_next_is_refused()
    {
        using var computations = new Computations(new HttpLimits { Computations = 1, WaitingComputations = 1 });
        var (first, second) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        var computing = computations.RunAsync("one", () => first.Task, CancellationToken.None);
        var waiting = computations.RunAsync("one", () => second.Task, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ApiException>(() => computations.RunAsync("one", () => Task.FromResult(3), CancellationToken.None));
        Assert.Equal((StatusCodes.Status429TooManyRequests, TimeSpan.FromSeconds(2)), (refused.Status, refused.RetryAfter));

        second.SetResult(2);
        Assert.False(waiting.IsCompleted); // it has no place yet
        first.SetResult(1);
        Assert.Equal((1, 2), (await computing.WaitAsync(Bound), await waiting.WaitAsync(Bound)));
        Assert.Equal(4, await computations.RunAsync("one", () => Task.FromResult(4), CancellationToken.None).WaitAsync(Bound));
    }

    [Fact]
    public async Task One_caller_leaves_a_place_to_others()
    {
        using var computations = new Computations(new HttpLimits { Computations = 3, WaitingComputations = 5 });
        using var first = await computations.EnterAsync("one", CancellationToken.None);
        using var second = await computations.EnterAsync("one", CancellationToken.None);
        var third = computations.EnterAsync("one", CancellationToken.None);
        using (await computations.EnterAsync("other", CancellationToken.None).WaitAsync(Bound)) Assert.False(third.IsCompleted);
        Assert.False(third.IsCompleted); // the place stays for others
        first.Dispose();
        (await third.WaitAsync(Bound)).Dispose();
    }

    [Fact]
    public async Task One_that_waits_no_longer_and_one_that_fails_free_their_places()
    {
        using var computations = new Computations(new HttpLimits { Computations = 1, WaitingComputations = 1 });
        using var patience = new CancellationTokenSource();
        var first = new TaskCompletionSource<int>();
        var computing = computations.RunAsync("one", () => first.Task, CancellationToken.None);
        var waiting = computations.RunAsync("one", () => Task.FromResult(2), patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Bound));

        var next = computations.RunAsync("one", () => Task.FromResult(3), CancellationToken.None);
        first.SetException(new InvalidDataException("it failed"));
        await Assert.ThrowsAsync<InvalidDataException>(() => computing.WaitAsync(Bound));
        Assert.Equal(3, await next.WaitAsync(Bound));
    }
}
