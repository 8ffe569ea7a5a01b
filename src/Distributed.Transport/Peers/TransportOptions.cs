using Distributed.Transport.Frames;
using Distributed.Transport.Handshakes;

namespace Distributed.Transport.Peers;

/// <summary>How a node takes part in the data plane. Every bound has its default here; what happens at it stands beside it.</summary>
public sealed record TransportOptions
{
    /// <summary>This node's name. The name must be known to peers before they dial: they refuse to talk to anybody else.</summary>
    public required PeerId Self { get; init; }

    /// <summary>The cluster's name; peers of another cluster are refused. Visible ASCII, at most 63 characters.</summary>
    public required string Cluster { get; init; }

    /// <summary>The secret that all nodes share; never sent, only proven to be known.</summary>
    public string? Secret { get; init; }

    /// <summary>Says explicitly that there is no secret: whoever reaches the socket is believed. Fit for loopback only.</summary>
    public bool AllowNoSecret { get; init; }

    /// <summary>The largest frame in bytes of values. A peer that announces more is cut off; larger tensors are sent in several frames.</summary>
    public int MaximumPayloadBytes { get; init; } = FrameLimits.Default.MaximumPayloadBytes;

    /// <summary>
    /// Memory for received values in bytes, all connections together, at least four times <see cref="MaximumPayloadBytes"/> where several peers
    /// send large frames. At the bound readers wait (for <see cref="StallLimit"/>, then the connection is closed), so it must hold what the
    /// receiver keeps while it waits for more: the gradient nodes of two open steps of each local block, the weights of two versions.
    /// </summary>
    public long ReceiveMemoryBytes { get; init; } = Math.Max(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>
    /// The largest tensor in values: half of the receive memory, 1 GiB at most. A peer that announces more is cut off; sending more throws.
    /// </summary>
    public int MaximumElements => (int)Math.Min(FrameLimits.MostElements, ReceiveMemoryBytes / 2 / sizeof(float));

    internal FrameLimits Limits => new(MaximumPayloadBytes, MaximumElements);

    /// <summary>Whether processes of this machine that dial the socket file are offered shared memory in its place.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>
    /// Memory in bytes, for each such process, that tensors to it are put into. At the bound (a frozen process gives nothing back) they go through a
    /// ring of 1 MiB, which stops the sender.
    /// </summary>
    public long SharedMemoryBytes { get; init; } = 256L << 20;

    /// <summary>Frames that wait to be sent to one peer. At the bound a send is refused, unless it supersedes older weights.</summary>
    public int QueuedFrames { get; init; } = 256;

    /// <summary>Versions of one block's weights that wait for one worker. One more discards the oldest: a block waits for no receiver.</summary>
    public int QueuedWeightVersions { get; init; } = 2;

    /// <summary>Accepted connections. At the bound a new one is closed at once.</summary>
    public int MaximumInbound { get; init; } = 1024;

    /// <summary>Accepted connections that have not yet proven who they are. At the bound a new one is closed at once.</summary>
    public int MaximumHandshakes { get; init; } = 64;

    /// <summary>How long connecting to one address may take, the name service included.</summary>
    public TimeSpan DialLimit { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the whole hand-shake may take.</summary>
    public TimeSpan HandshakeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may stand still: a send of which no byte leaves (the peer is frozen or does not read), or a reader without memory.
    /// Then it is closed, and what waited for it is released.
    /// </summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause before dialling again; doubled with each failure.</summary>
    public TimeSpan ShortestRedial { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause before dialling again.</summary>
    public TimeSpan LongestRedial { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Why these options cannot be used; null when they can.</summary>
    public string? Validate()
    {
        if (Self.Value is null) return "The node has no name.";
        if (!WireText.IsValid(Cluster) || Cluster.Length > Hello.LongestCluster)
            return $"The cluster's name '{Cluster}' is not 1 to {Hello.LongestCluster} visible ASCII characters.";
        if (string.IsNullOrEmpty(Secret) && !AllowNoSecret) return "There is no shared secret; allow that explicitly or name one.";
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
