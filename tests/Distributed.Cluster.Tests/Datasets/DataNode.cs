using Distributed.Cluster.TensorPlane;
using Distributed.Transport;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.Datasets;

/// <summary>A node's endpoint on a real data plane, on loopback.</summary>
internal static class DataNode
{
    public static DataPlane Plane(string name) => DataPlane.Listen(
        new TransportOptions { Self = new PeerId($"{name}-{Guid.NewGuid():n}"), Cluster = "specs", AllowNoSecret = true, ReceiveMemoryBytes = 256 << 20 },
        "127.0.0.1", null, 0, NullLogger<TensorTransport>.Instance);
}
