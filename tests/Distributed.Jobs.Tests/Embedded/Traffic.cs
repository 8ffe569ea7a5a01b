using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Distributed.Cluster.Measures;
using Distributed.Transport.Traffic;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Listens to this process's meters.</summary>
internal sealed class Traffic : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string? Node, string? Kind), long> _sums = new();
    private readonly ConcurrentDictionary<(string Instrument, string? Job), long> _counts = new();

    public Traffic()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is TransportMeter.Name or ClusterMeter.Name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _sums.AddOrUpdate((instrument.Name, NodeOf(instrument), Find(tags, "kind")), value, (_, sum) => sum + value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (value < 0) throw new InvalidOperationException($"{instrument.Name} took {value} s");
            _counts.AddOrUpdate((instrument.Name, Find(tags, "job")), 1, (_, count) => count + 1);
        });
        _listener.Start();
    }

    /// <summary>Bytes that a node has sent to others.</summary>
    public long Sent(string node, string kind) => _sums.GetValueOrDefault(("distributed.transport.sent.bytes", node, kind));

    /// <summary>Bytes that a node has received from others.</summary>
    public long Received(string node, string kind) => _sums.GetValueOrDefault(("distributed.transport.received.bytes", node, kind));

    /// <summary>How often a job's histogram was recorded.</summary>
    public long Count(string instrument, string? job) => _counts.GetValueOrDefault((instrument, job));

    public void Dispose() => _listener.Dispose();

    private static string? NodeOf(Instrument instrument) =>
        instrument.Meter.Tags?.FirstOrDefault(tag => tag.Key == "node").Value as string;

    private static string? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach (var tag in tags)
            if (tag.Key == key) return tag.Value as string;
        return null;
    }
}
