using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;

namespace Distributed.Node.Histories;

/// <summary>
/// The histories of jobs that are being read, each once for all answers and streams. At the bound of their memory the least recently read one is
/// dropped and read again when it is asked for; one alone may be larger.
/// </summary>
/// <param name="read">Reads a job's journal after a sequence number.</param>
/// <param name="mostBytes">The bound.</param>
internal sealed class JobHistories(Func<JobId, long, Task<IReadOnlyList<JournalRow>>> read, long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(JobId Job, DateTimeOffset SubmittedAt), Entry> _entries = [];
    private long _uses;

    /// <summary>Bytes that are held, roughly.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _entries.Values.Sum(entry => entry.History.Bytes);
        }
    }

    /// <summary>A job's history, with everything that was written before the call.</summary>
    /// <param name="job">The job.</param>
    /// <param name="submittedAt">When it was submitted: another job may have had its name before.</param>
    /// <param name="cancellation">Ends the wait; others may share the reading.</param>
    public async Task<HistoryPicture> ReadAsync(JobId job, DateTimeOffset submittedAt, CancellationToken cancellation)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue((job, submittedAt), out entry!))
            {
                foreach (var other in _entries.Keys.Where(known => known.Job == job).ToList()) _entries.Remove(other);
                _entries[(job, submittedAt)] = entry = new Entry(new SharedHistory(after => read(job, after)));
            }
            entry.UsedAt = ++_uses;
        }
        var picture = await entry.History.ReadAsync().WaitAsync(cancellation).ConfigureAwait(false);
        Trim(entry);
        return picture;
    }

    private void Trim(Entry kept)
    {
        lock (_gate)
        {
            var bytes = _entries.Values.Sum(entry => entry.History.Bytes);
            foreach (var (key, entry) in _entries.OrderBy(known => known.Value.UsedAt).ToList())
            {
                if (bytes <= mostBytes && _entries.Count <= MostEntries) return;
                if (entry == kept) continue;
                bytes -= entry.History.Bytes;
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Small histories are counted too: their dictionary entries are not in the bytes.</summary>
    private const int MostEntries = 1_000;

    private sealed class Entry(SharedHistory history)
    {
        public SharedHistory History { get; } = history;

        public long UsedAt { get; set; }
    }
}
