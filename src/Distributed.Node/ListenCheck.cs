using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Hosting;
using Distributed.Node.Configuration;
using Distributed.Node.Naming;

namespace Distributed.Node;

/// <summary>
/// Tests a node's ports before anything starts, so that an error names the flag and no half-started node remains.
/// </summary>
internal static class ListenCheck
{
    /// <summary>Tries the cluster's port, the data plane's and that of HTTP; nothing listens there afterwards.</summary>
    /// <exception cref="NodeSettingException">One of them cannot be had.</exception>
    public static async Task RunAsync(ClusterNodeOptions options, HttpSettings? http, INameService names, CancellationToken cancellation)
    {
        var (flag, host) = options.ListenAddress is { } listen ? (NodeSetting.Listen.Flag, listen) : (NodeSetting.Hostname.Flag, options.Hostname);
        // An address is used as it is: the name service refuses 0.0.0.0, which means every address of this machine.
        var addresses = IPAddress.TryParse(host, out var given) ? [given] : await names.FindAddressesAsync(host, cancellation).ConfigureAwait(false);
        if (addresses.Count == 0)
            throw new NodeSettingException($"{flag} names {host}, which no name server knows: give a name or an address of this machine");
        var address = addresses.FirstOrDefault(found => found.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        Try(new IPEndPoint(address, options.Port), NodeSetting.Port.Flag, flag);
        Try(new IPEndPoint(address, options.DataPort), NodeSetting.DataPort.Flag, flag);
        if (http is not null) Try(http.Address, NodeSetting.Http.Flag, NodeSetting.Http.Flag);
        if (http?.HealthAddress is { } health) Try(health, NodeSetting.Health.Flag, NodeSetting.Health.Flag);
        CheckApart(options, http);
    }

    private static void Try(IPEndPoint place, string portFlag, string hostFlag)
    {
        try
        {
            using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (place.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true; // as Akka.Remote listens there: at the IPv4 addresses too
            socket.Bind(place);
            socket.Listen(1); // on Linux a port that another program listens at is refused here, not always at the bind
        }
        catch (SocketException e)
        {
            throw new NodeSettingException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{portFlag}: another program listens at {place}: end it, or give another port",
                SocketError.AccessDenied => $"{portFlag}: this user may not listen at {place}: give a port from 1024 on",
                SocketError.AddressNotAvailable => $"{hostFlag}: {place.Address} is not an address of this machine: give one that is{Hint(hostFlag)}",
                _ => $"{portFlag}: nothing can listen at {place}: {e.Message}",
            });
        }
    }

    /// <summary>Each port is free, but two of the node's own settings may name the same one.</summary>
    private static void CheckApart(ClusterNodeOptions options, HttpSettings? http)
    {
        if (options.Port != 0 && options.Port == options.DataPort)
            throw new NodeSettingException($"{NodeSetting.Port.Flag} and {NodeSetting.DataPort.Flag} are both {options.Port}: give two ports");
        if (http?.HealthAddress is { Port: > 0 and var health } && (health == http.Address.Port || health == options.Port || health == options.DataPort))
            throw new NodeSettingException($"{NodeSetting.Health.Flag} and another flag are both {health}: give two ports");
        if (http is null || http.Address.Port == 0) return;
        if (http.Address.Port == options.Port || http.Address.Port == options.DataPort)
            throw new NodeSettingException($"{NodeSetting.Http.Flag} and {(http.Address.Port == options.Port ? NodeSetting.Port : NodeSetting.DataPort).Flag} are both {http.Address.Port}: give two ports");
    }

    private static string Hint(string hostFlag) =>
        hostFlag == NodeSetting.Hostname.Flag ? $", or name the one to listen at with {NodeSetting.Listen.Flag} (0.0.0.0 for all)" : "";
}
