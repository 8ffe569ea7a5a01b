using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using DnsClient;

namespace Distributed.Node.Naming;

/// <summary>
/// The machine's name servers. They are asked directly for the name of an address: the C library cannot be asked, because a container's own hosts
/// file answers for its own address with the container's id, which the other containers do not see when they ask.
/// </summary>
/// <param name="servers">The name servers; null for those of /etc/resolv.conf.</param>
internal sealed class SystemNameService(IReadOnlyList<IPEndPoint>? servers = null) : INameService
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IReadOnlyList<IPAddress> OwnAddresses =>
        [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name, cancellation).WaitAsync(AnswerLimit, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public async Task<string?> FindNameAsync(IPAddress address, CancellationToken cancellation)
    {
        foreach (var server in servers ?? OfMachine())
            if (await AskAsync(server, address, cancellation).ConfigureAwait(false) is { Length: > 0 } name) return name;
        return null;
    }

    private static IPEndPoint[] OfMachine()
    {
        try
        {
            return [.. NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false).Select(server => new IPEndPoint(IPAddress.Parse(server.Address), server.Port))];
        }
        catch (InvalidOperationException)
        {
            return []; // neither the network's interfaces nor the file can be read
        }
    }

    /// <summary>One question; null for every answer that names nothing, a damaged one too.</summary>
    private static async Task<string?> AskAsync(IPEndPoint server, IPAddress address, CancellationToken cancellation)
    {
        var client = new LookupClient(new LookupClientOptions(server) { Timeout = AnswerLimit, Retries = 0, UseCache = false, UseTcpFallback = false });
        try
        {
            var answer = await client.QueryReverseAsync(address, cancellation).WaitAsync(AnswerLimit, cancellation).ConfigureAwait(false);
            return answer.HasError ? null : answer.Answers.PtrRecords().FirstOrDefault()?.PtrDomainName.Original.TrimEnd('.');
        }
        catch (Exception)
        {
            cancellation.ThrowIfCancellationRequested(); // the library wraps its own kind round the caller's
            return null; // no answer in time, or a packet that the library cannot read, for which it throws a dozen types
        }
    }
}
