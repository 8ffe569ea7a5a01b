using Distributed.Cluster;
using Distributed.Console.Output;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Sessions;

/// <summary>Pauses a job for an interrupted run, for a bounded time: past it the run ends without the pause.</summary>
/// <param name="client">Where the job runs.</param>
/// <param name="job">The job.</param>
/// <param name="display">Tells of the pause.</param>
/// <param name="clock">The clock.</param>
internal sealed class BoundedPause(IJobClient client, JobId job, IProgressDisplay display, TimeProvider clock)
{
    /// <summary>At this limit the last checkpoint is what a resume continues from.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Asks for the pause and waits for the run's end.</summary>
    /// <param name="giveUp">Cancelled at the limit.</param>
    public async Task RunAsync(CancellationTokenSource giveUp)
    {
        try
        {
            using var timer = clock.CreateTimer(_ => giveUp.Cancel(), null, Limit, Timeout.InfiniteTimeSpan);
            display.Noticed("pausing at the next step; once more ends at once");
            await client.PauseAsync(job, giveUp.Token).ConfigureAwait(false);
            await _ended.Task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TrainingException or ObjectDisposedException)
        {
            // The limit ends the run, which has its last checkpoint.
        }
    }

    /// <summary>The run has ended.</summary>
    public void End() => _ended.TrySetResult();
}
