using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Distributed.Node.InProcess;

/// <summary>The place at which a server listens to its own process.</summary>
internal sealed class InProcessEndPoint : EndPoint
{
    public override string ToString() => "in-process";
}

/// <summary>On a connection of this process; no other can have it.</summary>
internal sealed class InProcessConnectionFeature;

/// <summary>
/// Connections to a server from its own process: pipes instead of sockets, past ports and TLS, into the same requests with the same rights.
/// </summary>
internal sealed class InProcessListener : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private const int MostWaiting = 64;

    private readonly Channel<ConnectionContext> _waiting = Channel.CreateBounded<ConnectionContext>(MostWaiting);

    public EndPoint EndPoint { get; } = new InProcessEndPoint();

    public bool CanBind(EndPoint endpoint) => endpoint is InProcessEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection's client side.</summary>
    /// <exception cref="IOException">The server has stopped.</exception>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        // Continuations on the thread pool: neither side computes on the other's stack.
        var (request, response) = (new Pipe(), new Pipe());
        try
        {
            await _waiting.Writer.WriteAsync(new Connection(request.Reader, response.Writer), cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("the server has stopped", e);
        }
        return new PipeStream(response.Reader, request.Writer);
    }

    /// <summary>The server's side.</summary>
    private sealed class Connection : DefaultConnectionContext
    {
        public Connection(PipeReader input, PipeWriter output)
            : base(Guid.NewGuid().ToString("N"), new Duplex(input, output), new Duplex(input, output)) => Features.Set(new InProcessConnectionFeature());

        public override void Abort(ConnectionAbortedException abortReason)
        {
            base.Abort(abortReason);
            Transport.Input.CancelPendingRead();
            Transport.Output.CancelPendingFlush();
        }

        public override async ValueTask DisposeAsync()
        {
            await Transport.Input.CompleteAsync().ConfigureAwait(false);
            await Transport.Output.CompleteAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
