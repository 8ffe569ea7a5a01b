using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Measures;

/// <summary>Totals since the node started.</summary>
/// <param name="Samples">Training samples computed by its workers.</param>
/// <param name="ReceivedBytes">Bytes received on the data plane.</param>
/// <param name="SentBytes">Bytes sent on the data plane.</param>
public readonly record struct NodeTraffic(long Samples, long ReceivedBytes, long SentBytes);

/// <summary>A node's activity: the jobs its workers take part in and its traffic, from the program's own counters.</summary>
public sealed class NodeActivity : IDisposable
{
    /// <summary>The name of the training meter.</summary>
    public const string MeterName = "Distributed.Training";

    private static readonly Meter Training = new(MeterName);
    private static readonly Counter<long> ComputedSamples = Training.CreateCounter<long>("distributed.training.samples", "{sample}", "Training samples computed by this process's workers.");

    private readonly ConcurrentDictionary<JobId, int> _jobs = new();
    private readonly MeterListener _listener = new();
    private long _samples, _received, _sent;

    /// <summary>Starts listening.</summary>
    public NodeActivity()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "distributed.training.samples" or "distributed.transport.sent.bytes" or "distributed.transport.received.bytes")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "distributed.training.samples") Interlocked.Add(ref _samples, value);
            else if (instrument.Name == "distributed.transport.sent.bytes") Interlocked.Add(ref _sent, value);
            else Interlocked.Add(ref _received, value);
        });
        _listener.Start();
    }

    /// <summary>The names of the jobs that the node's workers currently take part in.</summary>
    public IReadOnlyList<string> Jobs => [.. _jobs.Where(pair => pair.Value > 0).Select(pair => pair.Key.Value).Order(StringComparer.Ordinal)];

    /// <summary>Totals since the node started.</summary>
    public NodeTraffic Traffic => new(Interlocked.Read(ref _samples), Interlocked.Read(ref _received), Interlocked.Read(ref _sent));

    /// <summary>Counts samples computed by workers of this process.</summary>
    public static void CountSamples(long samples) => ComputedSamples.Add(samples);

    /// <summary>One of the node's workers joins a job.</summary>
    public void Join(JobId job) => _jobs.AddOrUpdate(job, 1, (_, count) => count + 1);

    /// <summary>One of the node's workers leaves a job.</summary>
    public void Leave(JobId job)
    {
        if (_jobs.AddOrUpdate(job, 0, (_, count) => Math.Max(0, count - 1)) == 0) _jobs.TryRemove(new KeyValuePair<JobId, int>(job, 0));
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();
}
