using Distributed.Transport.Frames;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Identity;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Options;

/// <summary>Options of a node's data plane. Every bound has its default here, with what happens at it.</summary>
public sealed record TransportOptions
{
    /// <summary>This node's name. Peers must know it before they dial: they refuse any other.</summary>
    public required PeerId Self { get; init; }

    /// <summary>The cluster's name; peers of another cluster are refused. Visible ASCII, at most 63 characters.</summary>
    public required string Cluster { get; init; }

    /// <summary>This node's identity: connections between machines are then encrypted, and made with nodes of the cluster alone. Null for none.</summary>
    public ClusterIdentity? Identity { get; init; }

    /// <summary>The secret that all nodes share; proven in the hand-shake, never sent.</summary>
    public string? Secret { get; init; }

    /// <summary>Allows a missing secret: every process that reaches the socket is trusted. For loopback only.</summary>
    public bool AllowNoSecret { get; init; }

    /// <summary>The largest frame in bytes of values. A peer that announces more is disconnected; larger tensors are sent in several frames.</summary>
    public int MaximumPayloadBytes { get; init; } = FrameLimits.Default.MaximumPayloadBytes;

    /// <summary>
    /// Memory for received values in bytes, all connections together, at least four times <see cref="MaximumPayloadBytes"/> when several peers
    /// send large frames. At the bound readers wait (for <see cref="StallLimit"/>, then the connection is closed), so it must hold what the
    /// receiver keeps at once: the gradient nodes of two open steps of each local block and two versions of the weights.
    /// </summary>
    public long ReceiveMemoryBytes { get; init; } = Math.Max(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>
    /// The largest tensor in values: half of the receive memory, 1 GiB at most. A peer that announces more is disconnected; sending more throws.
    /// </summary>
    public int MaximumElements => (int)Math.Min(FrameLimits.MostElements, ReceiveMemoryBytes / 2 / sizeof(float));

    internal FrameLimits Limits => new(MaximumPayloadBytes, MaximumElements);

    /// <summary>Whether processes of this machine that dial the socket file are offered shared memory instead.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>
    /// Shared memory for tensors to one such process, in bytes. At the bound (a frozen process frees nothing) they go through a ring of 1 MiB,
    /// which blocks the sender.
    /// </summary>
    public long SharedMemoryBytes { get; init; } = 256L << 20;

    /// <summary>Messages that wait for one peer. At the bound a send is refused, unless it supersedes older weights.</summary>
    public int QueuedFrames { get; init; } = 256;

    /// <summary>Versions of one block's weights that wait for one worker. One more discards the oldest, so a block waits for no receiver.</summary>
    public int QueuedWeightVersions { get; init; } = 2;

    /// <summary>Accepted connections. At the bound a new one is closed at once.</summary>
    public int MaximumInbound { get; init; } = 1024;

    /// <summary>Accepted connections before the end of their hand-shake. At the bound a new one takes the place of the oldest of the source with most.</summary>
    public int MaximumHandshakes { get; init; } = 64;

    /// <summary>Time limit for connecting to one address, including name resolution.</summary>
    public TimeSpan DialLimit { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Time limit of the hand-shake.</summary>
    public TimeSpan HandshakeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may make no progress: a send of which no byte leaves (the peer is frozen or does not read), or a reader without
    /// memory. At the limit it is closed and its queue released.
    /// </summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause before redialling; each failure doubles it.</summary>
    public TimeSpan ShortestRedial { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause before redialling.</summary>
    public TimeSpan LongestRedial { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Why these options are invalid; null when they are valid.</summary>
    public string? Validate()
    {
        if (Self.Value is null) return "The node has no name.";
        if (!WireText.IsValid(Cluster) || Cluster.Length > Hello.LongestCluster)
            return $"The cluster's name '{Cluster}' is not 1 to {Hello.LongestCluster} visible ASCII characters.";
        if (string.IsNullOrEmpty(Secret) && Identity is null && !AllowNoSecret) return "There is neither an identity nor a shared secret; allow that explicitly or name one.";
        if (MaximumPayloadBytes < sizeof(float)) return $"A frame of {MaximumPayloadBytes} bytes carries nothing.";
        if (ReceiveMemoryBytes / 2 < MaximumPayloadBytes)
            return $"Receive memory of {ReceiveMemoryBytes} bytes is less than two frames of {MaximumPayloadBytes} bytes.";
        if (SharedMemoryBytes < 0) return $"Shared memory of {SharedMemoryBytes} bytes.";
        if (QueuedFrames < 1 || QueuedWeightVersions < 1) return "The queues hold nothing.";
        if (MaximumInbound < 1 || MaximumHandshakes < 1) return "No connection would be accepted.";
        if (DialLimit <= TimeSpan.Zero || HandshakeLimit <= TimeSpan.Zero || StallLimit <= TimeSpan.Zero) return "A time limit is not positive.";
        if (ShortestRedial <= TimeSpan.Zero || LongestRedial < ShortestRedial) return "The redial times are not positive and rising.";
        return null;
    }
}
