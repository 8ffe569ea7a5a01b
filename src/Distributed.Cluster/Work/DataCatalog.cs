using System.Collections.Concurrent;
using Distributed.Learning.Data;

namespace Distributed.Cluster;

/// <summary>The encoded data sets that a node has at hand, by content.</summary>
public sealed class DataCatalog
{
    private readonly ConcurrentDictionary<string, EncodedDataSet> _sets = new();

    /// <summary>Offers a data set to the node's workers.</summary>
    public void Add(EncodedDataSet data) => _sets[data.Sha256] = data;

    /// <summary>Withdraws a data set; workers that use it keep it alive.</summary>
    public void Remove(string sha256) => _sets.TryRemove(sha256, out _);

    /// <summary>A data set by its SHA-256; null when it is not here.</summary>
    public EncodedDataSet? Find(string sha256) => _sets.GetValueOrDefault(sha256);
}
