using Distributed.Transport.Channels;

namespace Distributed.Transport.Tests;

/// <summary>Brings given bytes in pieces of seeded lengths, and keeps what is sent.</summary>
internal sealed class MemoryChannel(byte[] incoming, int seed = 0) : ByteChannel
{
    private readonly Random _random = new(seed);
    private readonly List<byte> _sent = [];
    private int _at;

    public byte[] Sent => [.. _sent];

    public override int Receive(Span<byte> into)
    {
        var count = Math.Min(Math.Min(into.Length, incoming.Length - _at), 1 + _random.Next(5000));
        incoming.AsSpan(_at, count).CopyTo(into);
        _at += count;
        return count;
    }

    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        _sent.AddRange(bytes);
        return true;
    }

    public override void Free()
    {
    }

    protected override void Shut()
    {
    }
}
