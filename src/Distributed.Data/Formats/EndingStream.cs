namespace Distributed.Data.Formats;

/// <summary>
/// A stream that fails when its reader does not take its end for an answer: readers of columns, told a wrong length by a damaged file, ask for the rest
/// for ever.
/// </summary>
internal sealed class EndingStream(Stream content) : Stream
{
    private const int MostReadsAtEnd = 1_000;

    private int _readsAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => content.Position = value;
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The reader has asked for more than there is a thousand times.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = content.Read(buffer);
        if (count == 0 && buffer.Length > 0 && ++_readsAtEnd > MostReadsAtEnd) throw new EndOfStreamException("the file ends within a value");
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }
}
