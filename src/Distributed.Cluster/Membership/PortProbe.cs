using System.Net.Sockets;

namespace Distributed.Cluster.Membership;

/// <summary>What a port said to a connection.</summary>
internal enum PortAnswer
{
    /// <summary>The host is there, and nobody listens: the process that did has ended.</summary>
    Refused,

    /// <summary>Somebody listens.</summary>
    Connected,

    /// <summary>Nothing came within the bound, or the way there is broken: it says nothing about the process.</summary>
    Silent,
}

/// <summary>Asks a port whether anybody listens, by connecting and closing at once.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>Never throws: whatever is no clear answer is silence.</summary>
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
