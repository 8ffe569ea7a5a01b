namespace Distributed.Benchmarks.Clusters;

/// <summary>How the processes of a cluster exchange tensors.</summary>
internal enum NodeWires
{
    /// <summary>Through shared memory.</summary>
    SharedMemory,

    /// <summary>Through socket files, as processes of one machine without shared memory.</summary>
    Sockets,

    /// <summary>Over TCP, as between machines.</summary>
    Tcp,
}
