using System.Collections.Concurrent;
using Distributed.Learning.Data;

namespace Distributed.Cluster;

/// <summary>The encoded data sets that a node has at hand, by content.</summary>
public sealed class DataCatalog
{
    private readonly ConcurrentDictionary<string, EncodedDataSet> _sets = new();
    private readonly ConcurrentDictionary<string, Task<EncodedDataSet>> _loading = new();

    /// <summary>Offers a data set to the node's workers.</summary>
    public void Add(EncodedDataSet data) => _sets[data.Sha256] = data;

    /// <summary>Withdraws a data set; workers that use it keep it alive.</summary>
    public void Remove(string sha256) => _sets.TryRemove(sha256, out _);

    /// <summary>A data set by its SHA-256; null when it is not here.</summary>
    public EncodedDataSet? Find(string sha256) => _sets.GetValueOrDefault(sha256);

    /// <summary>Loads a data set from where its job says that it comes from, once for all workers of the node.</summary>
    /// <exception cref="DataException">It cannot be loaded here, or what is found has another SHA-256.</exception>
    public async Task<EncodedDataSet> LoadAsync(string sha256, DataSettings source)
    {
        if (Find(sha256) is { } found) return found;
        var loading = _loading.GetOrAdd(sha256, _ => Task.Run(() => DataSets.Load(source)));
        try
        {
            var data = await loading.ConfigureAwait(false);
            if (data.Sha256 != sha256)
                throw new DataException($"{source.Source} holds other samples here than where the job was submitted: SHA-256 {data.Sha256[..12]}… instead of {sha256[..12]}…");
            Add(data);
            return data;
        }
        finally
        {
            _loading.TryRemove(sha256, out _);
        }
    }
}
