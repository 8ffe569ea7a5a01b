using System.Buffers.Binary;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Handshakes;

/// <summary>
/// The first message of either side, <see cref="Size"/> bytes: magic "DTHS" at 0, protocol version 4, features 6 (1: shared memory; other bits
/// are reserved, for TLS among others), incarnation 8, nonce 16, cluster 48, name 112, zeros to the end. The size is fixed, so that an
/// unauthenticated peer cannot make a node allocate.
/// </summary>
/// <param name="Version">The sender's protocol version.</param>
/// <param name="Incarnation">Drawn at each start: distinguishes a restarted node from a second connection.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Peer">The sender's name.</param>
/// <param name="SharesMemory">Whether the sender can use shared memory instead of this socket.</param>
internal readonly record struct Hello(ushort Version, ulong Incarnation, string Cluster, PeerId Peer, bool SharesMemory = false)
{
    public const int Size = 224;
    public const int NonceSize = 32;
    public const int LongestCluster = PeerAt - ClusterAt - 1;
    public const ushort CurrentVersion = 2;

    private const uint Magic = 0x5348_5444; // "DTHS"
    private const ushort SharedMemory = 1;
    private const int NonceAt = 16, ClusterAt = 48, PeerAt = 112;

    public void Write(Span<byte> bytes, ReadOnlySpan<byte> nonce)
    {
        bytes[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], SharesMemory ? SharedMemory : (ushort)0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Incarnation);
        nonce.CopyTo(bytes[NonceAt..ClusterAt]);
        WireText.Write(bytes[ClusterAt..PeerAt], Cluster);
        WireText.Write(bytes[PeerAt..Size], Peer.Value);
    }

    /// <summary>Whether the other side is a node of the data plane.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic;

    /// <summary>Reads the peer's hello; false, with a reason, when this node cannot talk to it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Hello hello, out string? reason)
    {
        hello = default;
        reason = null;
        if (bytes.Length < Size || !HasMagic(bytes)) reason = "the other side is no node of the data plane";
        else if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) is not CurrentVersion and var version)
            reason = $"the peer speaks protocol version {version}, this node {CurrentVersion}";
        else if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) is > SharedMemory and var features)
            reason = $"the peer asks for unknown features 0x{features:x4}";
        else if (WireText.Read(bytes[ClusterAt..PeerAt]) is not { } cluster) reason = "the peer's cluster name is not readable";
        else if (WireText.Read(bytes[PeerAt..Size]) is not { } peer) reason = "the peer's name is not readable";
        else
        {
            var sharesMemory = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) == SharedMemory;
            hello = new Hello(CurrentVersion, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), cluster, new PeerId(peer), sharesMemory);
        }
        return reason is null;
    }
}
