using Distributed.Cluster.Membership;
using Distributed.Node.Configuration;

namespace Distributed.Node.Naming;

/// <summary>
/// Converts seed nodes to the nodes' own names. Akka.Remote compares addresses as text: a node drops messages sent to it under
/// another name, even one of the same machine.
/// </summary>
internal static class SeedNames
{
    /// <summary>The seeds, with this node always under its own name.</summary>
    /// <param name="seeds">As they were set, host:port.</param>
    /// <param name="hostname">This node's name.</param>
    /// <param name="port">Its port; 0 when it is not fixed, so that no seed can mean it.</param>
    /// <param name="names">The name service.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static async Task<IReadOnlyList<string>> WithOwnNameAsync(
        IReadOnlyList<string> seeds, string hostname, int port, INameService names, CancellationToken cancellation)
    {
        var own = Address(hostname, port);
        if (port == 0 || seeds.Contains(own)) return seeds;
        var addresses = await names.FindAddressesAsync(hostname, cancellation).ConfigureAwait(false);
        var found = new List<string>(seeds.Count);
        foreach (var seed in seeds)
        {
            var (host, seedPort) = Split(seed);
            var isOwn = seedPort == port &&
                (await names.FindAddressesAsync(host, cancellation).ConfigureAwait(false)).Any(addresses.Contains);
            found.Add(isOwn ? own : seed);
        }
        return [.. found.Distinct()];
    }

    /// <summary>Why a seed does not let a node in, as far as can be seen from here.</summary>
    public static async Task<string> DescribeAsync(string seed, INameService names, CancellationToken cancellation)
    {
        var (host, port) = Split(seed);
        if ((await names.FindAddressesAsync(host, cancellation).ConfigureAwait(false)).Count == 0) return $"{seed}: no name server knows {host}";
        return await PortProbe.AskAsync(host, port).ConfigureAwait(false) switch
        {
            PortAnswer.Refused => $"{seed}: nothing listens there",
            PortAnswer.Silent => $"{seed}: no answer",
            _ => $"{seed}: something listens; a node lets others in once it is in a cluster, and only under its own {NodeSetting.Hostname.Flag} and {NodeSetting.Port.Flag}",
        };
    }

    private static (string Host, int Port) Split(string seed)
    {
        var colon = seed.LastIndexOf(':');
        return (seed[..colon].Trim('[', ']'), int.Parse(seed.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Address(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]:{port}" : $"{host}:{port}";
}
