using Microsoft.Extensions.Logging;

namespace Distributed.Node.Keys;

/// <summary>
/// The keys in use. Their file is read again when it changes, so that a key is given or taken away without a restart. A file that cannot be used is
/// reported and the keys before it stay; one without any key closes the door. Thread-safe.
/// </summary>
/// <param name="first">The keys at the start.</param>
/// <param name="path">Their file; null when they come from elsewhere, or there are none.</param>
/// <param name="logger">Where a new reading is told.</param>
/// <param name="clock">The clock of the looks at the file.</param>
internal sealed class WatchedKeys(ApiKeys first, string? path, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ApiKeys _keys = first;
    private string? _read; // of the file in use; null until the first look, which reads it: it may have changed since the start
    private long _looked = long.MinValue;

    /// <summary>Whether the API had no keys at its start: what is open then stays open.</summary>
    public bool IsOpen { get; } = first.IsEmpty;

    /// <summary>The keys of this moment.</summary>
    public ApiKeys Current
    {
        get
        {
            if (path is null) return _keys;
            lock (_lock)
            {
                if (_looked != long.MinValue && clock.GetElapsedTime(_looked) < LookPause) return _keys;
                _looked = clock.GetTimestamp();
                var stamp = Stamp(path);
                if (stamp != _read) Read(path, stamp);
                return _keys;
            }
        }
    }

    private void Read(string file, string stamp)
    {
        var isFirst = _read is null;
        _read = stamp;
        try
        {
            _keys = ApiKeys.Parse(File.ReadAllText(file));
            if (_keys.IsEmpty) logger.LogError("The key file {File} holds no key: nobody is let in", file);
            else if (!isFirst) logger.LogInformation("The key file {File} has been read again: it holds {Names}", file, string.Join(", ", _keys.Names));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            logger.LogError("The changed key file {File} is not used, the keys before it are: {Reason}", file, e.Message);
        }
    }

    private static string Stamp(string path) => new FileInfo(path) is { Exists: true } file ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "missing";
}
