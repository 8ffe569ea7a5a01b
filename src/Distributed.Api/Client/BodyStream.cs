namespace Distributed.Api.Client;

/// <summary>
/// The body of a long answer, with bounds: one that sends nothing for too long counts as broken, and so does a stream of events of which one, comments
/// included, grows past its bound.
/// </summary>
/// <param name="body">The body; disposed with this stream.</param>
/// <param name="longestSilence">How long it may send nothing.</param>
/// <param name="longestEvent">The most bytes between two blank lines; null for a body that is not of events.</param>
/// <param name="clock">The clock of the silence.</param>
internal sealed class BodyStream(Stream body, TimeSpan longestSilence, int? longestEvent, TimeProvider clock) : Stream
{
    private int _sinceBlankLine;
    private bool _isAtLineStart = true, _isAfterReturn;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="IOException">The connection broke, fell silent, or sends an event without end.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var silence = new CancellationTokenSource(longestSilence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        int read;
        try
        {
            read = await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {longestSilence.TotalSeconds:0} s", e);
        }
        if (longestEvent is { } most) Count(buffer.Span[..read], most);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is read asynchronously");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A line ends with LF, CR or CR LF; a line without characters ends an event.</summary>
    private void Count(ReadOnlySpan<byte> bytes, int most)
    {
        foreach (var next in bytes)
        {
            if (next == '\n' && _isAfterReturn)
            {
                _isAfterReturn = false;
                continue;
            }
            _isAfterReturn = next == '\r';
            if (next is (byte)'\n' or (byte)'\r')
            {
                if (_isAtLineStart) _sinceBlankLine = 0;
                _isAtLineStart = true;
                continue;
            }
            _isAtLineStart = false;
            if (++_sinceBlankLine > most) throw new IOException($"an event is longer than {most:#,0} bytes");
        }
    }
}
