using System.Threading.Channels;
using Akka.Actor;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Jobs.Embedded;

/// <summary>Writes one job's events into a bounded channel; when the reader is slow, the oldest progress is dropped first.</summary>
internal sealed class JobWatcher : ReceiveActor
{
    public JobWatcher(JobId job, IActorRef coordinators, ChannelWriter<JobEvent> events, TaskCompletionSource watching)
    {
        Receive<JobWatched>(_ => watching.TrySetResult());
        Receive<JobEvent>(jobEvent =>
        {
            events.TryWrite(jobEvent);
            if (jobEvent is not (JobFinished or JobPaused)) return;
            events.TryComplete();
            Context.Stop(Self);
        });
        Receive<ReceiveTimeout>(_ => coordinators.Tell(new WatchJob(job))); // the coordinator may have moved
        coordinators.Tell(new WatchJob(job));
        Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(500));
    }

    public static Props Props(JobId job, IActorRef coordinators, ChannelWriter<JobEvent> events, TaskCompletionSource watching) =>
        Akka.Actor.Props.Create(() => new JobWatcher(job, coordinators, events, watching));
}
