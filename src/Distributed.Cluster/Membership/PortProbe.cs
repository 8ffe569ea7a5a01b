using System.Net.Sockets;

namespace Distributed.Cluster.Membership;

/// <summary>What a port said to a connection.</summary>
internal enum PortAnswer
{
    /// <summary>The host is there and nothing listens: the process that did has ended.</summary>
    Refused,

    /// <summary>A process listens.</summary>
    Connected,

    /// <summary>Nothing came within the bound, or the way there is broken: it says nothing about the process.</summary>
    Silent,
}

/// <summary>Asks whether a process listens at a port of a host. Never throws: what is no clear answer is <see cref="PortAnswer.Silent"/>.</summary>
internal delegate Task<PortAnswer> AskPort(string host, int port);

/// <summary>Asks a port whether a process listens there, by connecting and closing at once.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>Never throws: what is no clear answer is silence.</summary>
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
