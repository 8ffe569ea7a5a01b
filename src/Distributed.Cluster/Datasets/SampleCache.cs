using System.Globalization;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// A node's data sets on disk, by content: files of encoded samples (see <see cref="SampleFile"/>), each with its chunk list. Bounded in bytes:
/// unused data sets are evicted, least recently used first, and a data set that does not fit is refused with a reason. Workers map the files. All
/// members are thread-safe.
/// </summary>
public sealed class SampleCache : IDisposable
{
    /// <summary>Jobs remembered per data set; beyond this the oldest are dropped.</summary>
    private const int MaximumJobs = 1000;

    private readonly DataFolder _folder;
    private readonly SampleFiles _files;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private long _reserved; // bytes of files being written
    private long _uses; // orders uses

    private sealed class Entry(ChunkList chunks, long lastUse)
    {
        public ChunkList Chunks => chunks;
        public long Bytes => chunks.Length + chunks.Bytes.Length;
        public long LastUse = lastUse;
        public List<JobId> Jobs { get; init; } = []; // submitted at this node, possibly not over
        public int Users;
        public bool IsHeld => Users > 0 || Jobs.Count > 0;
        public SampleSet? Samples; // once verified
    }

    private SampleCache(DataFolder folder, long bound)
    {
        _folder = folder;
        _files = new SampleFiles(folder.Path);
        Bound = bound;
        foreach (var found in _files.TakeStock()) _entries.Add(found.Sha256, new Entry(found.Chunks, ++_uses) { Jobs = found.Jobs });
        while (Used > Bound && ForgetOldest())
        {
        }
    }

    /// <summary>The capacity in bytes.</summary>
    public long Bound { get; }

    /// <summary>The folder.</summary>
    public string Folder => _folder.Path;

    /// <summary>Bytes stored or reserved for files being written.</summary>
    public long UsedBytes
    {
        get { lock (_gate) return Used; }
    }

    private long Used => _reserved + _entries.Values.Sum(entry => entry.Bytes);

    /// <summary>Opens a node's folder.</summary>
    /// <param name="folder">The folder; null for this node's default.</param>
    /// <param name="bound">Its capacity in bytes.</param>
    /// <param name="hostname">The node's name, for the default folder.</param>
    /// <param name="port">The node's fixed port, or 0.</param>
    /// <exception cref="TrainingException">The folder cannot be written, or another process owns it.</exception>
    public static SampleCache Open(string? folder, long bound, string hostname, int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var owned = folder is null ? DataFolder.OpenDefault(DataFolder.DefaultRoot, hostname, port) : DataFolder.Open(folder);
        try
        {
            return new SampleCache(owned, bound);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            owned.Dispose();
            throw new TrainingException($"the data folder {owned.Path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The chunks of a data set that is complete here; otherwise null.</summary>
    public ChunkList? Find(string sha256)
    {
        lock (_gate) return _entries.GetValueOrDefault(sha256)?.Chunks;
    }

    /// <summary>Reads a chunk; returns false when the data set is no longer here.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryRead(string sha256, int chunk, Span<byte> into)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(sha256, out var entry) || chunk < 0 || chunk >= entry.Chunks.Count) return false;
            entry.LastUse = ++_uses;
        }
        return _files.TryRead(sha256, chunk, into);
    }

    /// <summary>Borrows a data set's samples until the result is disposed; null when it is absent or not yet verified.</summary>
    public BorrowedSamples? Borrow(string sha256)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(sha256, out var entry) || entry.Samples is not { } samples) return null;
            entry.LastUse = ++_uses;
            entry.Users++;
            _files.Touch(sha256);
            return new BorrowedSamples(samples, () =>
            {
                lock (_gate) entry.Users--;
            });
        }
    }

    /// <summary>
    /// Verifies a data set left by an earlier process, once. Removes it and returns false when its content does not match its name.
    /// </summary>
    public async Task<bool> CheckAsync(string sha256)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(sha256, out entry!)) return false;
            if (entry.Samples is not null) return true;
            entry.Users++; // keeps it during the read
        }
        var samples = await Task.Run(() => SampleFiles.MapChecked(_files.PathOf(sha256), sha256)).ConfigureAwait(false);
        lock (_gate)
        {
            entry.Users--;
            if (samples is not null) entry.Samples ??= samples;
            else if (_entries.GetValueOrDefault(sha256) == entry) Forget(sha256);
            return samples is not null;
        }
    }

    /// <summary>Writes a data set unless it is already here.</summary>
    /// <exception cref="TrainingException">The data set does not fit, or the disk rejects it.</exception>
    public async Task AddAsync(EncodedDataSet data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await CheckAsync(data.Sha256).ConfigureAwait(false)) return;
            using var place = Reserve(SampleFile.LengthOf(data), out var refusal) ?? throw new TrainingException(refusal!);
            await Task.Run(() =>
            {
                SampleFile.Write(data, place.File, cancellation);
                place.Keep(data.Sha256, ChunksOf(place), SampleFile.Map(place.Path));
            }, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"the data set cannot be written to {Folder}: {e.Message}", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Keeps the data set of a job submitted here, across node restarts, until <see cref="Unhold"/> reports that the job is over.</summary>
    public void Hold(string sha256, JobId job)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(sha256, out var entry) || entry.Jobs.Contains(job)) return;
            entry.Jobs.Add(job);
            if (entry.Jobs.Count > MaximumJobs) entry.Jobs.RemoveAt(0);
            _files.WriteJobs(sha256, entry.Jobs);
        }
    }

    /// <summary>Releases a finished job's data sets.</summary>
    public void Unhold(JobId job)
    {
        lock (_gate)
            foreach (var (sha256, entry) in _entries)
                if (entry.Jobs.Remove(job)) _files.WriteJobs(sha256, entry.Jobs);
    }

    /// <summary>The jobs that hold data sets.</summary>
    public IReadOnlyList<JobId> HoldingJobs
    {
        get { lock (_gate) return [.. _entries.Values.SelectMany(entry => entry.Jobs).Distinct()]; }
    }

    /// <summary>Makes room for a file and opens it; returns null with the reason when it does not fit.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal ReservedPlace? Reserve(long length, out string? refusal)
    {
        var bytes = length + ChunkList.SizeOf(length);
        lock (_gate)
        {
            refusal = null;
            if (bytes > Bound)
                refusal = $"the data set needs {Size(bytes)} and this node keeps at most {Size(Bound)} of data (--data-cache)";
            else if (_reserved + _entries.Values.Where(entry => entry.IsHeld).Sum(entry => entry.Bytes) is var held && held + bytes > Bound)
                refusal = $"the data set needs {Size(bytes)}, and of the {Size(Bound)} of data that this node keeps {Size(held)} are needed by other jobs (--data-cache)";
            if (refusal is not null) return null;
            while (Used + bytes > Bound) ForgetOldest();
            var place = new ReservedPlace(this, _files.NextPart(), length, bytes);
            _reserved += bytes;
            return place;
        }
    }

    internal void Release(long bytes)
    {
        lock (_gate) _reserved -= bytes;
    }

    /// <summary>The file is complete and becomes a data set of this node.</summary>
    internal void Keep(string sha256, string part, ChunkList chunks, SampleSet samples)
    {
        lock (_gate)
        {
            if (_entries.ContainsKey(sha256)) return; // another fetch finished first
            _files.Keep(sha256, part, chunks);
            _entries.Add(sha256, new Entry(chunks, ++_uses) { Samples = samples });
        }
    }

    /// <summary>Releases the folder to the next process. Mapped files stay mapped.</summary>
    public void Dispose()
    {
        _folder.Dispose();
        _writing.Dispose();
    }

    private static ChunkList ChunksOf(ReservedPlace place) => ChunkList.Of(place.Length, (at, into) =>
    {
        if (RandomAccess.Read(place.File, into.Span, at) != into.Length) throw new IOException("the file ends early");
    });

    /// <summary>Evicts the least recently used data set that no job needs; returns false when there is none.</summary>
    private bool ForgetOldest()
    {
        var oldest = _entries.Where(pair => !pair.Value.IsHeld).MinBy(pair => pair.Value.LastUse).Key;
        if (oldest is null) return false;
        Forget(oldest);
        return true;
    }

    private void Forget(string sha256)
    {
        _entries.Remove(sha256);
        _files.Delete(sha256);
    }

    private static string Size(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB")
        : bytes < 1 << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB");
}
