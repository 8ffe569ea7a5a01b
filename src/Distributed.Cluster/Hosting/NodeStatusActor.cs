using System.Diagnostics;
using Akka.Actor;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Nodes;

namespace Distributed.Cluster.Hosting;

/// <summary>Reports a node's activity and load over the last seconds.</summary>
internal sealed class NodeStatusActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly NodeServices _node;
    private (TimeSpan At, TimeSpan Processor, NodeTraffic Traffic) _last;
    private NodeLoad _load;

    public NodeStatusActor(NodeServices node)
    {
        _node = node;
        _last = (Now, Environment.CpuUsage.TotalTime, node.Activity.Traffic);
        _load = Measure();
        Receive<GetNodeLoad>(_ => Sender.Tell(new NodeLoadReply(_load with { Jobs = _node.Activity.Jobs })));
        Receive<Tick>(_ => _load = Measure());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props Props(NodeServices node) => Akka.Actor.Props.Create(() => new NodeStatusActor(node));

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, Interval);

    private NodeLoad Measure()
    {
        var now = (At: Now, Processor: Environment.CpuUsage.TotalTime, _node.Activity.Traffic);
        var (before, seconds) = (_last, Math.Max(0.001, (now.At - _last.At).TotalSeconds));
        _last = now;
        return new NodeLoad
        {
            Processors = Environment.ProcessorCount,
            BusyProcessors = Math.Round((now.Processor - before.Processor).TotalSeconds / seconds, 2),
            MemoryBytes = Environment.WorkingSet,
            MemoryBudgetBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            UptimeSeconds = Math.Round((DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds, 1),
            SamplesPerSecond = Math.Round((now.Traffic.Samples - before.Traffic.Samples) / seconds, 1),
            ReceivedBytesPerSecond = Math.Round((now.Traffic.ReceivedBytes - before.Traffic.ReceivedBytes) / seconds),
            SentBytesPerSecond = Math.Round((now.Traffic.SentBytes - before.Traffic.SentBytes) / seconds),
            Workers = _node.Roles.Contains(NodeRoles.Worker) ? _node.Workers : 0,
        };
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
