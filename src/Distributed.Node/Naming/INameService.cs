using System.Net;

namespace Distributed.Node.Naming;

/// <summary>Queries of the name service; unknown names and addresses do not throw.</summary>
internal interface INameService
{
    /// <summary>The addresses of this machine, without loopback.</summary>
    IReadOnlyList<IPAddress> OwnAddresses { get; }

    /// <summary>All addresses behind a name; empty when it is unknown or no answer comes in time.</summary>
    Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string name, CancellationToken cancellation);

    /// <summary>The name of an address; null when it has none or no answer comes in time.</summary>
    Task<string?> FindNameAsync(IPAddress address, CancellationToken cancellation);
}
