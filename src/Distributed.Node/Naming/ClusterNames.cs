using System.Net;

namespace Distributed.Node.Naming;

/// <summary>
/// How nodes find one another where a name stands for many of them, as a service of containers does. Each node calls itself what the name
/// server calls its address, and a seed's name is replaced by the names of all addresses behind it: those are the nodes' own names. Nothing
/// here is remembered, so a node that came back with another address is found again.
/// </summary>
internal static class ClusterNames
{
    /// <summary>What this machine calls itself: the name server's name of its address without the domain, else what the system says.</summary>
    /// <param name="names">The name service.</param>
    /// <param name="fallback">The system's own name of this machine.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static async Task<string> FindOwnAsync(INameService names, string fallback, CancellationToken cancellation)
    {
        foreach (var address in names.OwnAddresses)
            if (await NameOfAsync(names, address, cancellation).ConfigureAwait(false) is { } name) return name;
        return fallback;
    }

    /// <summary>
    /// The nodes to be asked for entry, as host:port. This node stands first if it may begin a new cluster when none of the others lets it in:
    /// it is the first one, in the alphabet, of those behind the first seed. Otherwise it does not stand there at all.
    /// </summary>
    /// <param name="seeds">As they were set, host:port.</param>
    /// <param name="self">This node, host:port.</param>
    /// <param name="names">The name service.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static async Task<IReadOnlyList<string>> FindSeedsAsync(
        IReadOnlyList<string> seeds, string self, INameService names, CancellationToken cancellation)
    {
        var found = new List<string>();
        var isFounder = false;
        for (var i = 0; i < seeds.Count; i++)
        {
            var nodes = await NodesBehindAsync(seeds[i], self, names, cancellation).ConfigureAwait(false);
            if (i == 0) isFounder = nodes is [var first, ..] && first == self;
            found.AddRange(nodes);
        }
        var others = found.Where(node => node != self).Distinct();
        return isFounder ? [self, .. others] : [.. others];
    }

    private static async Task<IReadOnlyList<string>> NodesBehindAsync(string seed, string self, INameService names, CancellationToken cancellation)
    {
        var colon = seed.LastIndexOf(':');
        var (host, port) = (seed[..colon], seed[(colon + 1)..]);
        var nodes = new SortedSet<string>(StringComparer.Ordinal);
        var own = names.OwnAddresses;
        foreach (var address in await names.FindAddressesAsync(host, cancellation).ConfigureAwait(false))
        {
            if (own.Contains(address)) nodes.Add(self);
            else nodes.Add($"{await NameOfAsync(names, address, cancellation).ConfigureAwait(false) ?? host}:{port}");
        }
        return [.. nodes];
    }

    private static async Task<string?> NameOfAsync(INameService names, IPAddress address, CancellationToken cancellation)
    {
        var name = await names.FindNameAsync(address, cancellation).ConfigureAwait(false);
        var first = name?.Split('.')[0];
        return string.IsNullOrEmpty(first) ? null : first;
    }
}
