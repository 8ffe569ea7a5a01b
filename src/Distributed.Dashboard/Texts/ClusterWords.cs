using Distributed.Dashboard.Gateway;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Dashboard.Texts;

/// <summary>How good or bad something is.</summary>
public enum Tone
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Broken.</summary>
    Bad,

    /// <summary>Neither.</summary>
    Neutral,
}

/// <summary>A cluster's health in words.</summary>
/// <param name="Tone">How good it is.</param>
/// <param name="Headline">In one sentence.</param>
/// <param name="Detail">What to do, or what there is.</param>
internal sealed record ClusterHealth(Tone Tone, string Headline, string Detail);

/// <summary>Cluster, nodes and jobs in words.</summary>
internal static class ClusterWords
{
    /// <summary>The health of a cluster.</summary>
    public static ClusterHealth HealthOf(ClusterPicture cluster)
    {
        var nodes = cluster.Nodes;
        var lost = nodes.Where(node => !node.Reachable).ToList();
        var workers = nodes.Count(node => IsWorker(node) && node is { Reachable: true, State: "up" });
        var has = $"{Figures.Count(nodes.Count, "node")}, {Figures.Count(workers, "worker")}, {Figures.Count(Running(cluster), "job")} running, {Figures.Count(Queued(cluster), "job")} queued";
        if (cluster.Trouble is { } trouble) return new ClusterHealth(Tone.Bad, "The gateway cannot serve for now", trouble);
        if (lost.Count > 0)
        {
            return new ClusterHealth(
                Tone.Warning, $"{Figures.Count(lost.Count, "node")} cannot be reached: {string.Join(", ", lost.Take(3).Select(node => node.Address))}{(lost.Count > 3 ? ", …" : "")}",
                "The others compute on; it is let go when it stays silent.");
        }
        if (workers == 0) return new ClusterHealth(Tone.Warning, "No worker is there", "Jobs wait until a node with the role worker joins.");
        return new ClusterHealth(Tone.Good, "The cluster is well", has);
    }

    /// <summary>Jobs that run.</summary>
    public static int Running(ClusterPicture cluster) => cluster.Jobs.Count(job => job.State == JobPhase.Running);

    /// <summary>Jobs that wait for their turn.</summary>
    public static int Queued(ClusterPicture cluster) => cluster.Jobs.Count(job => job.State == JobPhase.Queued);

    /// <summary>Whether a node computes.</summary>
    public static bool IsWorker(NodeInfo node) => node.Roles.Contains("worker");

    /// <summary>A node's state.</summary>
    public static (Tone Tone, string Text) StateOf(NodeInfo node) => node switch
    {
        { Reachable: false } => (Tone.Bad, "unreachable"),
        { State: "up" } => (Tone.Good, "up"),
        { State: "leaving" or "exiting" } => (Tone.Warning, "leaving"),
        { State: "down" } => (Tone.Bad, "down"),
        { State: var state } => (Tone.Neutral, state),
    };

    /// <summary>What a node does now.</summary>
    public static string WorkOf(NodeInfo node) => node.Load switch
    {
        null => "does not answer",
        { Jobs: [] } => IsWorker(node) ? "idle" : Figures.None,
        { Jobs: [var one] } => one,
        { Jobs: [var first, ..] jobs } => $"{first} and {jobs.Count - 1} more",
    };

    /// <summary>The tone of a phase.</summary>
    public static Tone ToneOf(JobPhase phase) => phase switch
    {
        JobPhase.Running or JobPhase.Completed => Tone.Good,
        JobPhase.Failed => Tone.Bad,
        JobPhase.Paused => Tone.Warning,
        _ => Tone.Neutral,
    };

    /// <summary>A phase as a word.</summary>
    public static string WordOf(JobPhase phase) => phase.ToString().ToLowerInvariant();

    /// <summary>The best known result of a job.</summary>
    public static string ResultOf(JobSummary job) => job.Metrics switch
    {
        null => Figures.None,
        { ValidationAccuracy: { } accuracy } => Figures.Percent(accuracy),
        { ValidationR2: { } r2 } => $"R² {Figures.Real(r2)}",
        { ValidationLoss: { } loss } => $"loss {Figures.Real(loss)}",
        { TrainLoss: var loss } => $"loss {Figures.Real(loss)}",
    };

    /// <summary>How long a job has run; null before its first turn.</summary>
    public static TimeSpan? TimeOf(JobSummary job, DateTimeOffset now) => job.StartedAt is { } started ? (job.EndedAt ?? now) - started : null;
}
