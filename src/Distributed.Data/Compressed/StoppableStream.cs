namespace Distributed.Data.Compressed;

/// <summary>Unpacked content whose reading ends with an <see cref="OperationCanceledException"/> when its scope is cancelled.</summary>
internal sealed class StoppableStream(Stream content, CancellationToken cancellation) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        cancellation.ThrowIfCancellationRequested();
        return content.Read(buffer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }
}
