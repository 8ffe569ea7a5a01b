using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cluster.Datasets;

/// <summary>A file that is being written in a node's data folder, and the room for it. Disposed without <see cref="Keep"/> it is gone.</summary>
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

    /// <summary>The bytes that it is to have.</summary>
    public long Length { get; }

    public SafeFileHandle File { get; }

    /// <summary>The file is whole and holds these samples.</summary>
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
        System.IO.File.Delete(Path); // nothing, when it was kept
        _cache.Release(_bytes);
    }
}
