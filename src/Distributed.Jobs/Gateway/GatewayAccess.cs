using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Distributed.Cluster;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;

namespace Distributed.Jobs.Gateway;

/// <summary>
/// A gateway's access to the cluster: the queue, jobs' histories, weights and encodings, the members. Expected failures are
/// <see cref="TrainingException"/>s: the cluster or the store does not answer at the moment.
/// </summary>
internal sealed class GatewayAccess(ActorSystem system, ActorRegistry registry, NodeServices node)
{
    private static readonly TimeSpan AskBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LoadBound = TimeSpan.FromSeconds(2);

    private readonly IActorRef _directory = registry.Get<JobDirectory>();
    private readonly IActorRef _coordinators = registry.Get<CoordinatorRegion>();
    private readonly ClusterJobs _stored = new(system);

    /// <summary>The access of a node's own gateway.</summary>
    public static GatewayAccess Of(ClusterNode node) => new(node.System, node.Registry, node.Services);

    /// <summary>Maximum number of unfinished jobs of one owner; null for no limit.</summary>
    public int? MostOpenJobs { get; private init; }

    /// <summary>The same access with a limit of open jobs.</summary>
    public GatewayAccess WithMostOpenJobs(int? most) => new(system, registry, node) { MostOpenJobs = most };

    /// <summary>The stored jobs.</summary>
    public ClusterJobs Stored => _stored;

    /// <summary>The jobs, started through the queue.</summary>
    public IJobService Jobs => new JobService(new QueuedJobs(this), _stored);

    /// <summary>The samples on this node, where the workers fetch them.</summary>
    public NodeDatasets Samples => node.Datasets;

    public Task<JobPageReply> PageAsync(JobId? before, int limit, CancellationToken cancellation) =>
        AskAsync<JobPageReply>(new GetJobPage(before, limit), cancellation);

    public async Task<IReadOnlyList<JobSummary>> SummariesAsync(IReadOnlyList<JobId> jobs, CancellationToken cancellation) =>
        (await AskAsync<JobSummariesReply>(new GetJobSummaries(jobs), cancellation).ConfigureAwait(false)).Jobs;

    public Task<QueuedJobReply> FindAsync(JobId job, CancellationToken cancellation) =>
        AskAsync<QueuedJobReply>(new GetQueuedJob(job), cancellation);

    /// <summary>A job as directory and journal know it.</summary>
    public async Task<(QueuedJobReply Told, JobHistory History)> LookUpAsync(JobId job, CancellationToken cancellation)
    {
        var told = await FindAsync(job, cancellation).ConfigureAwait(false);
        // Before its first turn a job has no journal, and right after it an empty one.
        return (told, told.Summary?.StartedAt is null ? new JobHistory() : await _stored.HistoryAsync(job, cancellation).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<JobId>> UsersOfAsync(string dataset, CancellationToken cancellation) =>
        (await AskAsync<DatasetUsersReply>(new GetDatasetUsers(dataset), cancellation).ConfigureAwait(false)).Jobs;

    /// <summary>A coordinator's report of its job; null without an immediate answer. Only for a running job: asking wakes the coordinator of any other.</summary>
    public async Task<JobStatus?> StatusAsync(JobId job, CancellationToken cancellation)
    {
        try
        {
            return await _coordinators.Ask<JobStatus>(new GetJobStatus(job), LoadBound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Passes a job's events to the handler until disposed, without dropping progress.</summary>
    public IDisposable Watch(JobId job, Action<JobEvent> onEvent)
    {
        var watcher = system.ActorOf(EventTap.Props(job, _coordinators, onEvent));
        return new Stopping(() => system.Stop(watcher));
    }

    /// <summary>Why the gateway cannot serve yet; null when it can.</summary>
    public async Task<string?> WhyNotReadyAsync(CancellationToken cancellation)
    {
        if (!IsMember) return "the node is not yet a member of the cluster";
        try
        {
            await _directory.Ask<JobSummariesReply>(new GetJobSummaries([]), LoadBound, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (AskTimeoutException)
        {
            return "the directory of jobs does not answer: it needs a node with the role coordinator, and the store";
        }
    }

    /// <summary>Why the process is of no use any more and must be started again; null while it is.</summary>
    public string? Failure => node.Fitness.Failure;

    /// <summary>Whether the cluster has let this node in.</summary>
    public bool IsMember => Akka.Cluster.Cluster.Get(system).SelfMember.Status is MemberStatus.Up or MemberStatus.WeaklyUp;

    /// <summary>Every member, with its own report where it answers in time.</summary>
    public async Task<IReadOnlyList<NodeInfo>> NodesAsync(CancellationToken cancellation)
    {
        var state = Akka.Cluster.Cluster.Get(system).State;
        return await Task.WhenAll(state.Members.Select(async member => new NodeInfo
        {
            Address = AddressOf(member),
            Roles = [.. member.Roles.Order(StringComparer.Ordinal)],
            State = Camel(member.Status.ToString()),
            Reachable = !state.Unreachable.Contains(member),
            Version = member.AppVersion.Version,
            Load = state.Unreachable.Contains(member) ? null : await LoadOfAsync(member, cancellation).ConfigureAwait(false),
        })).ConfigureAwait(false);
    }

    /// <summary>Why no placement on the cluster's reachable nodes can hold a job; null when one can, or when that is not known.</summary>
    public async Task<string?> WhyTooLargeAsync(JobMemory memory, CancellationToken cancellation)
    {
        var nodes = await NodesAsync(cancellation).ConfigureAwait(false);
        return memory.WhyNot([.. nodes.Where(node => node.Reachable).Select(node => new NodeMemory(
            node.Roles.Contains(NodeRoles.ParameterServer), node.Roles.Contains(NodeRoles.Worker), node.Load is { MemoryBudgetBytes: > 0 and var budget } ? budget : null))]);
    }

    /// <summary>Asks a member to finish its work, leave the cluster and end; false when there is no such member.</summary>
    public bool Drain(string address)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        if (cluster.State.Members.FirstOrDefault(member => AddressOf(member) == address) is not { } found) return false;
        cluster.Leave(found.Address);
        return true;
    }

    private async Task<NodeLoad?> LoadOfAsync(Member member, CancellationToken cancellation)
    {
        try
        {
            var place = system.OnNode(member.Address, NodeActors.Status);
            return (await place.Ask<NodeLoadReply>(new GetNodeLoad(), LoadBound, cancellation).ConfigureAwait(false)).Load;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static string AddressOf(Member member) => $"{member.Address.Host}:{member.Address.Port}";

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>Asks the directory of jobs.</summary>
    public async Task<T> AskAsync<T>(object message, CancellationToken cancellation)
    {
        try
        {
            return await _directory.Ask<T>(message, AskBound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new TrainingException($"the directory of jobs did not answer within {AskBound.TotalSeconds:0} s: " + (node.Outage.Reason is { } reason
                ? $"the store takes no writes ({reason}); what was asked may still happen when it does"
                : "it needs a node with the role coordinator, and the store"), e);
        }
    }

    private sealed class Stopping(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }

    /// <summary>Passes a coordinator's events to a handler; subscribes again after silence, since the coordinator may have moved.</summary>
    private sealed class EventTap : ReceiveActor
    {
        public EventTap(JobId job, IActorRef coordinators, Action<JobEvent> onEvent)
        {
            Receive<JobEvent>(onEvent);
            Receive<JobWatched>(_ => { });
            Receive<ReceiveTimeout>(_ => coordinators.Tell(new WatchJob(job)));
            coordinators.Tell(new WatchJob(job));
            Context.SetReceiveTimeout(TimeSpan.FromSeconds(2));
        }

        public static Props Props(JobId job, IActorRef coordinators, Action<JobEvent> onEvent) =>
            Akka.Actor.Props.Create(() => new EventTap(job, coordinators, onEvent));
    }
}
