using System.Net.Sockets;

namespace Distributed.Cluster.Membership;

/// <summary>The outcome of a connection attempt to a port.</summary>
internal enum PortAnswer
{
    /// <summary>The host is up and nothing listens: the process has ended.</summary>
    Refused,

    /// <summary>A process listens.</summary>
    Connected,

    /// <summary>No answer within the bound, or the network is broken: nothing is known about the process.</summary>
    Silent,
}

/// <summary>Checks whether a process listens at a host's port. Never throws: an unclear answer is <see cref="PortAnswer.Silent"/>.</summary>
internal delegate Task<PortAnswer> AskPort(string host, int port);

/// <summary>Checks whether a process listens at a port, by connecting and closing immediately.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>Never throws: an unclear answer counts as silence.</summary>
    public static async Task<PortAnswer> AskAsync(string host, int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var bound = new CancellationTokenSource(Bound);
        try
        {
            await socket.ConnectAsync(host, port, bound.Token).ConfigureAwait(false);
            return PortAnswer.Connected;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? PortAnswer.Refused : PortAnswer.Silent;
        }
        catch (Exception e) when (e is OperationCanceledException or ArgumentException)
        {
            return PortAnswer.Silent;
        }
    }
}
