using Distributed.Protocol.Messages;

namespace Distributed.Simulation.Tests.World;

/// <summary>Carries messages between nodes: late, reordered, duplicated or lost. Nothing is lost once faults stop.</summary>
internal sealed class Postman(SimulatedWorld world)
{
    private readonly HashSet<(string, string)> _cut = [];

    /// <summary>A message by value: may be duplicated.</summary>
    public void Send(string from, string to, object message, Action<object> deliver)
    {
        if (IsLost(from, to))
        {
            world.Trace?.Line($"{from} -> {to} LOST {Wording.Of(message)}");
            (message as PushGradient)?.Lease?.Dispose();
            (message as WeightsUpdated)?.Lease?.Dispose();
            return;
        }
        if (!world.IsQuiet && world.Random.NextDouble() < world.Habits.Duplicate)
        {
            var twin = Copy(message);
            world.Time.After(Delay(), () => deliver(twin));
        }
        world.Time.After(Delay(), () => deliver(message));
    }

    /// <summary>Between a client and the coordinator: no reordering or duplication, but messages can be lost.</summary>
    public void SendPlainly(string from, string to, object message, Action<object> deliver)
    {
        if (IsLost(from, to))
        {
            world.Trace?.Line($"{from} -> {to} LOST {Wording.Of(message)}");
            return;
        }
        world.Time.After(world.Habits.Latency, () => deliver(message));
    }

    /// <summary>Acts as a socket: the receiver gets memory of its own, returned by its lease. By reference, nothing is copied.</summary>
    public object Copy(object message) => world.Habits.ByReference ? message : message switch
    {
        PushGradient push => push with { Values = Lease(push.Values, out var lease), Lease = lease },
        WeightsUpdated weights => weights with { Values = Lease(weights.Values, out var lease), Lease = lease },
        _ => message,
    };

    public void Cut(string a, string b) => _cut.Add((a, b));

    public void Heal(string a, string b) => _cut.Remove((a, b));

    private bool IsLost(string from, string to) =>
        !world.IsQuiet && (_cut.Contains((from, to)) || _cut.Contains((to, from)) || _cut.Contains((from, "*")) || _cut.Contains((to, "*")) ||
            world.Random.NextDouble() < world.Habits.Drop);

    private TimeSpan Delay()
    {
        var delay = world.Habits.Latency * (0.5 + world.Random.NextDouble() * (world.IsQuiet ? 1 : world.Habits.Jitter));
        if (!world.IsQuiet && world.Random.NextDouble() < world.Habits.LongDelay) delay += TimeSpan.FromSeconds(world.Random.NextDouble() * 3);
        return delay;
    }

    private static ReadOnlyMemory<float> Lease(ReadOnlyMemory<float> values, out IDisposable lease)
    {
        var copy = values.ToArray();
        lease = new PoisonLease(copy);
        return copy;
    }

    /// <summary>A receive buffer: poisoned when returned, which happens once.</summary>
    private sealed class PoisonLease(float[] memory) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (_disposed) throw new SimulationFailure("a lease is given back twice");
            _disposed = true;
            memory.AsSpan().Fill(float.NaN);
        }
    }
}
