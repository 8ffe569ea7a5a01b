using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Node.Datasets;

namespace Distributed.Node.Jobs;

/// <summary>The data sets that were read last: a thousand submissions on one data set read it once. Two at the most, since they may be large.</summary>
/// <param name="datasets">The uploads, some parsed already.</param>
internal sealed class EncodedCache(DatasetStore datasets)
{
    private const int Most = 2;

    private readonly List<(string Key, Lazy<EncodedDataSet> Data)> _sets = [];

    /// <summary>Reads a data set, or gives the one that was read. An uploaded one never changes, since its folder is called by its content.</summary>
    /// <exception cref="DataException">It cannot be used.</exception>
    public EncodedDataSet Load(DataSettings source)
    {
        var key = JsonSerializer.Serialize(source);
        Lazy<EncodedDataSet> data;
        lock (_sets)
        {
            var at = _sets.FindIndex(set => set.Key == key);
            data = at >= 0 ? _sets[at].Data : new Lazy<EncodedDataSet>(() => Read(source));
            if (at >= 0) _sets.RemoveAt(at);
            _sets.Add((key, data));
            if (_sets.Count > Most) _sets.RemoveAt(0);
        }
        try
        {
            return data.Value;
        }
        catch
        {
            // The next attempt may succeed, and a Lazy would keep its exception.
            lock (_sets) _sets.RemoveAll(set => set.Data == data);
            throw;
        }
    }

    private EncodedDataSet Read(DataSettings source) =>
        datasets.IdOf(source.Source) is { } id && datasets.Parsed.Take(id) is { } table ? DataSets.Load(source, table) : DataSets.Load(source);
}
