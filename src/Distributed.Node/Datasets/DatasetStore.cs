using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Distributed.Api;
using Distributed.Node.Problems;
using Distributed.Transport.Files;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Datasets;

/// <summary>
/// The uploaded data sets, each in a folder named by the hash of its content. A data set appears complete, by one rename, or not
/// at all; the next start removes what a killed node left behind. Gateways may share the folder.
/// </summary>
internal sealed class DatasetStore
{
    private readonly string _sets;
    private readonly string _uploads;
    private readonly ILogger _logger;
    private readonly long? _mostOfOwner;
    private readonly Lock _taking = new();
    private readonly ConcurrentDictionary<string, StoredDataset> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _pins = new(StringComparer.Ordinal);

    /// <summary>Opens a folder; makes it when it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="logger">Where unreadable data sets are reported.</param>
    /// <param name="mostOfOwner">Bytes that one owner's data sets may take; those without an owner count together. Null for no limit.</param>
    /// <exception cref="IOException">It cannot be made or read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public DatasetStore(string folder, ILogger logger, long? mostOfOwner = null)
    {
        (_logger, _mostOfOwner) = (logger, mostOfOwner);
        _sets = Path.Combine(folder, "datasets");
        _uploads = Path.Combine(folder, "uploads", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        PrivateFile.CreateFolder(_sets);
        if (Directory.Exists(_uploads)) Directory.Delete(_uploads, recursive: true);
        RemoveAbandoned(Path.GetDirectoryName(_uploads)!);
        PrivateFile.CreateFolder(_uploads);
        Scan();
    }

    /// <summary>Tables as they were parsed at their upload.</summary>
    public ParsedUploads Parsed { get; } = new();

    /// <summary>All of them, newest first.</summary>
    public IReadOnlyList<Dataset> List()
    {
        Scan();
        return [.. _known.Values.Select(stored => stored.Dataset).OrderByDescending(set => set.UploadedAt).ThenBy(set => set.Id, StringComparer.Ordinal)];
    }

    /// <summary>How many there are.</summary>
    public int Count => _known.Count;

    /// <summary>Bytes that an owner may still upload.</summary>
    public long LeftFor(string? owner) => _mostOfOwner is { } most
        ? Math.Max(0, most - _known.Values.Where(stored => stored.Owner == owner).Sum(stored => stored.Dataset.Bytes))
        : long.MaxValue;

    /// <summary>The refusal of an upload that takes more than <see cref="LeftFor"/> says.</summary>
    public ApiException NoRoomFor(string? owner) => ApiException.Conflict(
        $"{(owner is null ? "uploads that belong to nobody" : $"the uploads of '{owner}'")} take at most {_mostOfOwner:#,0} bytes of this gateway's storage ({LeftFor(owner):#,0} are left): delete data sets that are not needed any more");

    /// <summary>A data set by its id; null when the id is unknown.</summary>
    public StoredDataset? Find(string id)
    {
        if (!IsId(id)) return null; // nothing else becomes part of a path
        if (_known.TryGetValue(id, out var found)) return found;
        Read(Path.Combine(_sets, id));
        return _known.GetValueOrDefault(id);
    }

    /// <summary>Data sets of an id or a name.</summary>
    public IReadOnlyList<Dataset> Match(string idOrName) =>
        Find(idOrName) is { } found ? [found.Dataset] : [.. List().Where(set => set.Name == idOrName)];

    /// <summary>The path for a reader of samples: a table's file, or the folder of images.</summary>
    public string SourceOf(Dataset dataset) =>
        dataset.Kind == "table" ? Path.Combine(_sets, dataset.Id, FileOf(DatasetParts.Table)) : Path.Combine(_sets, dataset.Id);

    /// <summary>The id of the data set at a reader's path; null for any other path.</summary>
    public string? IdOf(string source)
    {
        if (!source.StartsWith(_sets + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return null;
        var id = source[(_sets.Length + 1)..].Split(Path.DirectorySeparatorChar)[0];
        return IsId(id) ? id : null;
    }

    /// <summary>Creates a folder for one upload; the caller removes it in any case.</summary>
    public string NewUploadFolder() => PrivateFile.CreateFolder(Path.Combine(_uploads, Guid.NewGuid().ToString("n")));

    /// <summary>
    /// Takes an upload in; the same content is there once, described as the last upload says that it is written. True when it was not there before.
    /// </summary>
    /// <exception cref="ApiException">Its owner has no room for it.</exception>
    public bool Take(string uploadFolder, StoredDataset stored, out StoredDataset kept)
    {
        lock (_taking) return TakeOne(uploadFolder, stored, out kept);
    }

    private bool TakeOne(string uploadFolder, StoredDataset stored, out StoredDataset kept)
    {
        if (Find(stored.Dataset.Id) is { } there)
        {
            kept = DescribeAgain(uploadFolder, there with { Description = stored.Description with { Dataset = there.Dataset } });
            return false;
        }
        if (stored.Dataset.Bytes > LeftFor(stored.Owner)) throw NoRoomFor(stored.Owner);
        Write(uploadFolder, stored);
        var target = Path.Combine(_sets, stored.Dataset.Id);
        try
        {
            Directory.Move(uploadFolder, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            kept = Find(stored.Dataset.Id) ?? stored; // another upload of the same came first
            return false;
        }
        kept = _known[stored.Dataset.Id] = stored;
        return true;
    }

    private StoredDataset DescribeAgain(string uploadFolder, StoredDataset stored)
    {
        Write(uploadFolder, stored);
        try
        {
            File.Move(Path.Combine(uploadFolder, StoredDataset.FileName), Path.Combine(_sets, stored.Dataset.Id, StoredDataset.FileName), overwrite: true);
            return _known[stored.Dataset.Id] = stored;
        }
        catch (DirectoryNotFoundException)
        {
            return stored; // deleted just now
        }
    }

    private static void Write(string folder, StoredDataset stored)
    {
        using var file = PrivateFile.Open(Path.Combine(folder, StoredDataset.FileName), FileMode.CreateNew);
        JsonSerializer.Serialize(file, stored, DatasetJson.Default.StoredDataset);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Keeps a data set from being deleted until disposed.</summary>
    public IDisposable Pin(string id)
    {
        lock (_pins) _pins[id] = _pins.GetValueOrDefault(id) + 1;
        return new Unpinning(() =>
        {
            lock (_pins)
                if (--_pins[id] == 0) _pins.Remove(id);
        });
    }

    /// <summary>Deletes a data set; false while it is pinned.</summary>
    public bool TryDelete(string id)
    {
        lock (_pins)
        {
            if (_pins.ContainsKey(id)) return false;
            if (!IsId(id) || Find(id) is null) return true;
            // Renamed first: it is gone as a whole even if the process dies in between.
            var doomed = Path.Combine(_uploads, Guid.NewGuid().ToString("n"));
            Directory.Move(Path.Combine(_sets, id), doomed);
            _known.TryRemove(id, out _);
            Parsed.Take(id);
            Directory.Delete(doomed, recursive: true);
            return true;
        }
    }

    /// <summary>The file of a part: a name of this program's own, such that readers of folders find images and labels.</summary>
    public static string FileOf(string part) => part switch
    {
        DatasetParts.Table => "data.csv",
        DatasetParts.TrainImages => "train-images-idx3-ubyte",
        DatasetParts.TrainLabels => "train-labels-idx1-ubyte",
        DatasetParts.TestImages => "t10k-images-idx3-ubyte",
        DatasetParts.TestLabels => "t10k-labels-idx1-ubyte",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no such part"),
    };

    private static bool IsId([NotNullWhen(true)] string? id) => id is { Length: 64 } && id.All(char.IsAsciiHexDigitLower);

    private void Scan()
    {
        foreach (var gone in _known.Keys.Where(id => !Directory.Exists(Path.Combine(_sets, id)))) _known.TryRemove(gone, out _);
        foreach (var folder in Directory.EnumerateDirectories(_sets))
            if (IsId(Path.GetFileName(folder)) && !_known.ContainsKey(Path.GetFileName(folder))) Read(folder);
    }

    private void Read(string folder)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, StoredDataset.FileName));
            if (JsonSerializer.Deserialize(file, DatasetJson.Default.StoredDataset) is { } stored && stored.Dataset.Id == Path.GetFileName(folder))
                _known[stored.Dataset.Id] = stored;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            if (e is not (FileNotFoundException or DirectoryNotFoundException)) _logger.LogWarning("the data set in {Folder} cannot be read: {Reason}", folder, e.Message);
        }
    }

    /// <summary>Uploads of processes that are gone.</summary>
    private void RemoveAbandoned(string uploads)
    {
        if (!Directory.Exists(uploads)) return;
        foreach (var folder in Directory.EnumerateDirectories(uploads))
        {
            if (int.TryParse(Path.GetFileName(folder), out var process) && Directory.Exists($"/proc/{process}")) continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("the abandoned upload {Folder} cannot be removed: {Reason}", folder, e.Message);
            }
        }
    }

    private sealed class Unpinning(Action unpin) : IDisposable
    {
        private Action? _unpin = unpin;

        public void Dispose() => Interlocked.Exchange(ref _unpin, null)?.Invoke();
    }
}
