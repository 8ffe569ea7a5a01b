using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// A file being written in a node's data folder, with its reserved space. Disposing it without <see cref="Keep"/> deletes the file.
/// </summary>
internal sealed class ReservedPlace : IDisposable
{
    private readonly SampleCache _cache;
    private readonly long _bytes;
    private bool _isOver;

    public ReservedPlace(SampleCache cache, string path, long length, long bytes)
    {
        _cache = cache;
        _bytes = bytes;
        Path = path;
        Length = length;
        File = System.IO.File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None);
    }

    public string Path { get; }

    /// <summary>The final length in bytes.</summary>
    public long Length { get; }

    public SafeFileHandle File { get; }

    /// <summary>The file is complete and holds these samples.</summary>
    public void Keep(string sha256, ChunkList chunks, SampleSet samples)
    {
        _cache.Keep(sha256, Path, chunks, samples);
        Dispose();
    }

    public void Dispose()
    {
        if (_isOver) return;
        _isOver = true;
        File.Dispose();
        System.IO.File.Delete(Path); // no-op when kept
        _cache.Release(_bytes);
    }
}
