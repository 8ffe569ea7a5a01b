using System.Buffers.Binary;
using System.Security.Cryptography;
using Distributed.Transport.Channels;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Handshakes;

/// <summary>The authenticated peer, or why the hand-shake failed.</summary>
/// <param name="Peer">The peer's name.</param>
/// <param name="Incarnation">The peer's start, see <see cref="Hello"/>.</param>
/// <param name="SharesMemory">Whether both sides can use shared memory instead of the socket.</param>
/// <param name="Failure">Why there is no connection; null on success.</param>
internal readonly record struct HandshakeResult(PeerId Peer, ulong Incarnation, bool SharesMemory, string? Failure)
{
    public static HandshakeResult Failed(string reason) => new(default, 0, false, reason);
}

/// <summary>
/// Mutual proof of the shared secret before the first frame:
/// <code>
///   dialler → listener   hello          listener → dialler   hello
///   dialler → listener   proof          listener → dialler   verdict, proof
///   dialler → listener   verdict
/// </code>
/// The dialler proves first, so a stranger who reaches the port learns nothing. Each pair has one connection: the node with the lesser name
/// decides (<c>admit</c> runs before its verdict leaves), the other follows (<c>admit</c> runs after the verdict arrives).
/// Every message has a fixed size; the caller bounds the time by closing the channel.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="cluster">The cluster that both must belong to.</param>
/// <param name="secret">The shared secret, never sent; null for none.</param>
/// <param name="incarnation">Drawn at this node's start.</param>
/// <param name="sharesMemory">Whether this node can share memory with processes of its machine.</param>
internal sealed class Handshake(PeerId self, string cluster, string? secret, ulong incarnation, bool sharesMemory = false)
{
    private readonly SecretProof _proof = new(secret);

    /// <summary>Decides whether the connection counts, and keeps it if so.</summary>
    public delegate Verdict Admit(PeerId peer, ulong incarnation);

    /// <summary>The dialler's side; <paramref name="expected"/> must answer.</summary>
    public HandshakeResult Dial(ByteChannel channel, PeerId expected, Admit admit)
    {
        Span<byte> mine = stackalloc byte[Hello.Size];
        Span<byte> theirs = stackalloc byte[Hello.Size];
        WriteHello(mine, channel);
        if (!channel.Send(mine) || !channel.ReceiveAll(theirs)) return Ended(channel);
        if (Refuse(theirs, out var hello) is { } reason) return HandshakeResult.Failed(reason);
        if (hello.Peer != expected) return HandshakeResult.Failed($"{hello.Peer} answers instead of {expected}");

        Span<byte> answer = stackalloc byte[sizeof(uint) + SecretProof.Size];
        _proof.Write(answer[sizeof(uint)..], byDialler: true, mine, theirs);
        if (!channel.Send(answer[sizeof(uint)..]) || !channel.ReceiveAll(answer)) return Ended(channel);
        var verdict = (Verdict)BinaryPrimitives.ReadUInt32LittleEndian(answer);
        if (verdict != Verdict.Welcome) return HandshakeResult.Failed(VerdictText.Of(verdict));
        if (!_proof.IsRight(answer[sizeof(uint)..], byDialler: false, mine, theirs))
            return HandshakeResult.Failed("the peer does not know the shared secret");

        verdict = admit(hello.Peer, hello.Incarnation);
        BinaryPrimitives.WriteUInt32LittleEndian(answer, (uint)verdict);
        if (!channel.Send(answer[..sizeof(uint)])) return Ended(channel);
        return verdict == Verdict.Welcome ? Welcome(hello, channel) : HandshakeResult.Failed(VerdictText.Of(verdict));
    }

    /// <summary>The listener's side.</summary>
    public HandshakeResult Answer(ByteChannel channel, Admit admit)
    {
        Span<byte> mine = stackalloc byte[Hello.Size];
        Span<byte> theirs = stackalloc byte[Hello.Size];
        if (!channel.ReceiveAll(theirs)) return Ended(channel);
        var reason = Refuse(theirs, out var hello);
        if (!Hello.HasMagic(theirs)) return HandshakeResult.Failed(reason!);
        // A node of another cluster or version gets a hello, so that its log names the mismatch.
        WriteHello(mine, channel);
        if (!channel.Send(mine)) return Ended(channel);
        if (reason is not null) return HandshakeResult.Failed(reason);

        Span<byte> answer = stackalloc byte[sizeof(uint) + SecretProof.Size];
        answer.Clear();
        if (!channel.ReceiveAll(answer[sizeof(uint)..])) return Ended(channel);
        var right = _proof.IsRight(answer[sizeof(uint)..], byDialler: true, theirs, mine);
        var decides = string.CompareOrdinal(self.Value, hello.Peer.Value) < 0;
        var verdict = !right ? Verdict.WrongSecret : decides ? admit(hello.Peer, hello.Incarnation) : Verdict.Welcome;
        BinaryPrimitives.WriteUInt32LittleEndian(answer, (uint)verdict);
        if (verdict == Verdict.Welcome) _proof.Write(answer[sizeof(uint)..], byDialler: false, theirs, mine);
        else answer[sizeof(uint)..].Clear();
        if (!channel.Send(answer)) return Ended(channel);
        if (!right) return HandshakeResult.Failed($"{hello.Peer} does not know the shared secret");
        if (verdict != Verdict.Welcome) return HandshakeResult.Failed($"{hello.Peer}: {VerdictText.Of(verdict)}");

        if (!channel.ReceiveAll(answer[..sizeof(uint)])) return Ended(channel);
        verdict = (Verdict)BinaryPrimitives.ReadUInt32LittleEndian(answer);
        if (verdict == Verdict.Welcome && !decides) verdict = admit(hello.Peer, hello.Incarnation);
        return verdict == Verdict.Welcome ? Welcome(hello, channel) : HandshakeResult.Failed(VerdictText.Of(verdict));
    }

    private bool SharesMemory(ByteChannel channel) => sharesMemory && channel.IsWithinMachine;

    private HandshakeResult Welcome(in Hello hello, ByteChannel channel) =>
        new(hello.Peer, hello.Incarnation, hello.SharesMemory && SharesMemory(channel), null);

    private void WriteHello(Span<byte> bytes, ByteChannel channel)
    {
        Span<byte> nonce = stackalloc byte[Hello.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        new Hello(Hello.CurrentVersion, incarnation, cluster, self, SharesMemory(channel)).Write(bytes, nonce);
    }

    private string? Refuse(ReadOnlySpan<byte> bytes, out Hello hello)
    {
        if (!Hello.TryRead(bytes, out hello, out var reason)) return reason;
        if (hello.Cluster != cluster) return $"{hello.Peer} belongs to the cluster '{hello.Cluster}', this node to '{cluster}'";
        return hello.Peer == self ? $"the other side calls itself {self}, as this node does" : null;
    }

    private static HandshakeResult Ended(ByteChannel channel) => HandshakeResult.Failed($"{channel.EndReason}, during the hand-shake");
}
