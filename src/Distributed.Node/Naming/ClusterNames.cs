using System.Net;

namespace Distributed.Node.Naming;

/// <summary>
/// Finds nodes behind a name that resolves to many of them, such as a service of containers. A node takes the name that the name server has for
/// its address, and a seed's name is replaced by the names of all addresses behind it, which are the nodes' own names. Nothing is cached, so a
/// node that returns with another address is found again.
/// </summary>
internal static class ClusterNames
{
    /// <summary>This machine's name: the name server's name of its address without the domain, else the system's.</summary>
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
    /// The nodes to ask for entry, as host:port. This node comes first if it may form a new cluster when no other lets it in: when it is
    /// alphabetically the first behind the first seed. Otherwise it is not in the list.
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
