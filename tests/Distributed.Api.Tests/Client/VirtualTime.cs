using Microsoft.Extensions.Time.Testing;

namespace Distributed.Api.Tests.Client;

/// <summary>Lets virtual time pass while a task waits for it.</summary>
internal static class VirtualTime
{
    /// <summary>Advances the clock by a second at a time until the task ends; at most an hour of virtual time.</summary>
    public static async Task<T> PassAsync<T>(this FakeTimeProvider clock, Task<T> task)
    {
        for (var second = 0; second < 3600 && !task.IsCompleted; second++)
        {
            // What runs on the pool registers its next wait; a task that is slow to do so finds the clock a second or two later.
            await Task.WhenAny(task, Task.Delay(2));
            if (!task.IsCompleted) clock.Advance(TimeSpan.FromSeconds(1));
        }
        return await task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
