namespace Distributed.Simulation.Tests.World;

/// <summary>Hosts the job's coordinator: apparently one at a time, recovered from the journal after each death.</summary>
internal sealed class CoordinatorSeat(SimulatedWorld world)
{
    private readonly Dictionary<long, CoordinatorNode> _terms = [];
    private CoordinatorNode? _current;
    private bool _starting;

    public static string Name => "coordinator";

    public CoordinatorNode? Current => _current;

    public void Start()
    {
        _starting = false;
        _current = new CoordinatorNode(world, this, world.Journal.Recover());
        world.Trace?.Line($"{Name} starts from {world.Journal.Count} events");
        _current.Begin();
    }

    /// <summary>Delivers to the running coordinator; a message restarts one that ended idle.</summary>
    public void Deliver(object message)
    {
        if (_current is null && !_starting && world.Journal.Mirror.End is not null) Start();
        _current?.Receive(message);
    }

    public void Crash(TimeSpan away)
    {
        if (_current is null) return;
        world.Trace?.Line($"{Name} CRASHES for {away.TotalMilliseconds:F0} ms");
        Stop(_current, away);
    }

    /// <summary>A second one starts while this one only hangs: for a while there are two.</summary>
    public void Double(TimeSpan hang)
    {
        if (_current is not { } first) return;
        world.Trace?.Line($"{Name} HANGS for {hang.TotalMilliseconds:F0} ms and is replaced");
        first.Freeze(hang);
        world.Time.After(hang + world.Between(10, 5000), first.Stop); // its node is declared down and terminates
        Start();
    }

    public void Stop(CoordinatorNode node, TimeSpan away)
    {
        node.Stop();
        if (_current != node) return;
        _current = null;
        if (_starting || node.HasFinished) return;
        _starting = true;
        world.Time.After(away, Start);
    }

    /// <summary>No two coordinators act in one term.</summary>
    public void NoteTerm(long term, CoordinatorNode node)
    {
        if (term == 0) return;
        if (_terms.TryGetValue(term, out var other) && other != node) SimulatedWorld.Fail($"two coordinators act in term {term}");
        _terms[term] = node;
    }
}
