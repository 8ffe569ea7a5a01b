using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Distributed.Node.Naming;

/// <summary>The machine's name servers, as /etc/resolv.conf names them.</summary>
internal sealed class SystemNameService : INameService
{
    private const string ResolverFile = "/etc/resolv.conf";
    private const int NameServerPort = 53;
    private const int LargestAnswer = 4096;
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
        foreach (var server in Servers())
            if (await AskAsync(server, address, cancellation).ConfigureAwait(false) is { } name) return name;
        return null;
    }

    private static async Task<string?> AskAsync(IPAddress server, IPAddress address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(server, NameServerPort), limit.Token).ConfigureAwait(false); // others' packets do not arrive
            var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
            await socket.SendAsync(PointerQuery.Write(id, address), limit.Token).ConfigureAwait(false);
            var answer = new byte[LargestAnswer];
            var received = await socket.ReceiveAsync(answer, limit.Token).ConfigureAwait(false);
            return PointerQuery.Read(answer.AsSpan(0, received), id);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static IEnumerable<IPAddress> Servers()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(ResolverFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var line in lines)
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var text, ..] && IPAddress.TryParse(text, out var server)) yield return server;
    }
}
