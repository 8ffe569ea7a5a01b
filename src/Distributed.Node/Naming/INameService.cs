using System.Net;

namespace Distributed.Node.Naming;

/// <summary>What is asked of the name service; neither question throws for a name or address that is not known.</summary>
internal interface INameService
{
    /// <summary>The addresses of this machine, without loopback.</summary>
    IReadOnlyList<IPAddress> OwnAddresses { get; }

    /// <summary>All addresses behind a name; none when it is unknown or nobody answers in time.</summary>
    Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string name, CancellationToken cancellation);

    /// <summary>The name of an address; null when it has none or nobody answers in time.</summary>
    Task<string?> FindNameAsync(IPAddress address, CancellationToken cancellation);
}
