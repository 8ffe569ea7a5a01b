using System.Net;
using Distributed.Node.Configuration;
using Distributed.Transport.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Http;

/// <summary>
/// Bounds a server's connections: one without a request gives its place to a newer one when there are too many, before and after TLS. Kestrel's own
/// bound would keep the newer one out.
/// </summary>
internal sealed class HttpConnections(HttpLimits limits)
{
    private readonly ConnectionBound _bound = new(limits.Connections, limits.ConnectionsPerSource, limits.IdleConnections);

    /// <summary>Serves a connection while it has a place.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var source = ConnectionBound.SourceOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        using var place = _bound.TryEnter(source, () => connection.Abort(new ConnectionAbortedException("it had no request, and newer connections wait")));
        if (place is null)
        {
            connection.Abort(new ConnectionAbortedException("there are too many connections with a request"));
            return;
        }
        connection.Features.Set(new Requests(place));
        await next(connection).ConfigureAwait(false);
    }

    /// <summary>The middleware that keeps a connection's place while it has a request.</summary>
    public static async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        var requests = context.Features.Get<Requests>();
        requests?.Begin();
        try
        {
            await next().ConfigureAwait(false);
        }
        finally
        {
            requests?.End();
        }
    }

    /// <summary>The requests of one connection; HTTP/2 has several at once.</summary>
    private sealed class Requests(ConnectionPlace place)
    {
        private readonly Lock _lock = new();
        private int _count;

        public void Begin()
        {
            lock (_lock)
                if (_count++ == 0) place.BeginWork();
        }

        public void End()
        {
            lock (_lock)
                if (--_count == 0) place.EndWork();
        }
    }
}
