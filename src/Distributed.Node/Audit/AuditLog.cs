using System.Text.Json;
using Distributed.Transport.Files;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Audit;

/// <summary>
/// Who did what, as JSON lines in a file for its owner alone. At <paramref name="maximumBytes"/> the file becomes FILE.1, FILE.1 becomes FILE.2, up to
/// <see cref="Kept"/>; the oldest goes. When it cannot be written, the node's log says so, once a minute, and the action goes on. Thread-safe.
/// </summary>
/// <param name="path">The file; null for none.</param>
/// <param name="maximumBytes">The size at which another file begins.</param>
/// <param name="logger">Hears of failures.</param>
/// <param name="clock">The clock of the events.</param>
internal sealed class AuditLog(string? path, long maximumBytes, ILogger logger, TimeProvider clock) : IDisposable
{
    /// <summary>Bytes of a file.</summary>
    public const long DefaultBytes = 10 << 20;

    /// <summary>Earlier files that are kept.</summary>
    public const int Kept = 4;

    private static readonly TimeSpan ComplaintPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private FileStream? _file;
    private long? _complained;

    /// <summary>Opens the file, so that one that cannot be written is noticed at the start.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public void Open()
    {
        if (path is null) return;
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        lock (_lock) _file ??= PrivateFile.Open(path, FileMode.Append);
    }

    /// <summary>Writes one event; <see cref="AuditEvent.At"/> is set here.</summary>
    public void Write(AuditEvent told)
    {
        if (path is null) return;
        var line = JsonSerializer.SerializeToUtf8Bytes(told with { At = clock.GetUtcNow() }, AuditJson.Default.AuditEvent);
        lock (_lock)
        {
            try
            {
                Open();
                if (_file!.Length > 0 && _file.Length + line.Length >= maximumBytes) Rotate(path);
                _file.Write([.. line, (byte)'\n']);
                _file.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _file?.Dispose();
                _file = null;
                Complain(e);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private void Rotate(string first)
    {
        _file!.Dispose();
        for (var number = Kept; number > 0; number--)
            if (File.Exists(NameOf(first, number - 1))) File.Move(NameOf(first, number - 1), NameOf(first, number), overwrite: true);
        _file = PrivateFile.Open(first, FileMode.Append);
    }

    private static string NameOf(string first, int number) => number == 0 ? first : $"{first}.{number}";

    private void Complain(Exception failure)
    {
        if (_complained is { } last && clock.GetElapsedTime(last) < ComplaintPause) return;
        _complained = clock.GetTimestamp();
        logger.LogError("The audit log {File} cannot be written: {Reason}", path, failure.Message);
    }
}
