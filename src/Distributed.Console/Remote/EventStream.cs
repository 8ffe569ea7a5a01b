using System.Text;

namespace Distributed.Console.Remote;

/// <summary>One event of a stream.</summary>
/// <param name="Name">The event's name; "message" by default.</param>
/// <param name="Data">Its lines of data.</param>
/// <param name="Id">The last id that the stream gave until then; null before the first.</param>
internal readonly record struct StreamEvent(string Name, string Data, string? Id);

/// <summary>
/// Reads Server-Sent Events as the HTML standard has them ("Interpreting an event stream"), with bounds: a line and an event have a greatest
/// length, and a stream that is silent for too long (not even a comment comes) counts as broken.
/// </summary>
/// <param name="stream">The body.</param>
/// <param name="clock">The clock of the silence.</param>
internal sealed class EventStream(Stream stream, TimeProvider clock)
{
    /// <summary>A gateway sends a comment every few seconds when it has nothing to say.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private const int LongestEvent = 1 << 20;

    private readonly byte[] _buffer = new byte[16 << 10];
    private readonly List<byte> _line = [];
    private int _at, _length;
    private bool _afterReturn;
    private string? _id;

    /// <summary>The next event with data; null at the stream's end, where an unfinished event is dropped as the standard says.</summary>
    /// <exception cref="IOException">The connection broke, fell silent, or sends lines without end.</exception>
    public async Task<StreamEvent?> ReadAsync(CancellationToken cancellation)
    {
        var name = "";
        StringBuilder? data = null;
        while (await ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null) return new StreamEvent(name.Length == 0 ? "message" : name, data.ToString(), _id);
                name = "";
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon == 0) continue;
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' ')) value = value[1..];
            switch (field)
            {
                case "event":
                    name = value;
                    break;
                case "data":
                    if (data is null) data = new StringBuilder(value);
                    else data.Append('\n').Append(value);
                    if (data.Length > LongestEvent) throw new IOException("an event is longer than 1 MiB");
                    break;
                case "id" when !value.Contains('\0', StringComparison.Ordinal):
                    _id = value.Length == 0 ? null : value;
                    break;
            }
        }
        return null;
    }

    /// <summary>A line without its end (LF, CR or CR LF); null at the stream's end.</summary>
    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        _line.Clear();
        while (true)
        {
            if (_at == _length && !await FillAsync(cancellation).ConfigureAwait(false)) return null;
            var next = _buffer[_at++];
            if (next == '\n' && _afterReturn)
            {
                _afterReturn = false;
                continue;
            }
            _afterReturn = next == '\r';
            if (next is (byte)'\n' or (byte)'\r') return Encoding.UTF8.GetString(_line.ToArray());
            _line.Add(next);
            if (_line.Count > LongestEvent) throw new IOException("a line is longer than 1 MiB");
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(LongestSilence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            (_at, _length) = (0, await stream.ReadAsync(_buffer, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {LongestSilence.TotalSeconds:0} s", e);
        }
        return _length > 0;
    }
}
