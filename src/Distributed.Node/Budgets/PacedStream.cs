using Distributed.Node.Configuration;
using Distributed.Node.Problems;

namespace Distributed.Node.Budgets;

/// <summary>
/// A request's body, which must come at a pace: a client that holds a place or memory and sends slowly is refused. It may be late by a grace once, not
/// at each read.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="pace">The slowest that is taken.</param>
/// <param name="clock">Measures it.</param>
internal sealed class PacedStream(Stream body, BodyPace pace, TimeProvider clock) : Stream
{
    private readonly long _begin = clock.GetTimestamp();
    private long _bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var left = pace.Grace + TimeSpan.FromSeconds(_bytes / (double)pace.BytesPerSecond) - clock.GetElapsedTime(_begin);
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var read = await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            _bytes += read;
            return read;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ApiException.TooSlow($"the body comes too slowly: after {pace.Grace.TotalSeconds:0} s at least {pace.BytesPerSecond:#,0} bytes a second are expected");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a body is read asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
