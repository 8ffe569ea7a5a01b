using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// Lines about refused connections. Anyone who reaches a port can cause them, so a minute has <see cref="LinesPerMinute"/>; the next line counts those
/// that were left out.
/// </summary>
internal sealed class RefusalLog(ILogger logger, TimeProvider clock)
{
    /// <summary>Maximum number of lines per minute.</summary>
    public const int LinesPerMinute = 10;

    private readonly Lock _lock = new();
    private long _began;
    private int _lines;
    private long _left;

    /// <summary>A connection was refused.</summary>
    public void Note(string reason)
    {
        long left;
        lock (_lock)
        {
            if (_lines == 0 || clock.GetElapsedTime(_began) >= TimeSpan.FromMinutes(1)) (_began, _lines) = (clock.GetTimestamp(), 0);
            if (_lines == LinesPerMinute)
            {
                _left++;
                return;
            }
            _lines++;
            (left, _left) = (_left, 0);
        }
        if (left == 0) logger.LogWarning("A connection was refused: {Reason}", reason);
        else logger.LogWarning("A connection was refused: {Reason} ({Left} more refusals since the last line)", reason, left);
    }
}
