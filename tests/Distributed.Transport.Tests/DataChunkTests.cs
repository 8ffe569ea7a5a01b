using System.Runtime.InteropServices;
using Distributed.Protocol.Messages;
using Distributed.Transport.Traffic;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Tests;

public sealed class DataChunkTests : IAsyncLifetime
{
    private const string DataSet = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly Nodes _nodes = new();
    private readonly RecordingReceiver _atA = new(), _atB = new();
    private TensorTransport _a = null!, _b = null!;

    public Task InitializeAsync()
    {
        _a = _nodes.Start("a", _atA);
        _b = _nodes.Start("b", _atB);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _nodes.StopAsync();

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void Chunks_come_bit_for_bit_between_gradients_and_weights(Wire wire)
    {
        _nodes.Connect(_a, _b, wire);
        var chunks = new[] { 5, 262_144, 1 }.Select((length, i) => new DataChunk(DataSet, i - 1, Frame.Values(length, i + 1), null)).ToArray();
        var leases = chunks.Select(_ => new CountedLease()).ToArray();
        for (var i = 0; i < chunks.Length; i++)
        {
            Assert.True(_b.TrySend(_a.Self, Frame.Gradient(100, step: i)));
            Assert.True(_b.TrySend(_a.Self, chunks[i], leases[i]));
            Assert.True(_b.TrySend(_a.Self, Frame.Worker, Frame.Weights(100, step: i, block: i)));
        }
        Eventually.Holds(() => _atA.Chunks.Count == 3 && _atA.Gradients.Count == 3 && _atA.Weights.Count == 3, "all have come");
        foreach (var (sent, came) in chunks.Zip(_atA.Chunks))
        {
            Assert.Equal((sent.DataSet, sent.Index), (came.DataSet, came.Index));
            Assert.True(MemoryMarshal.AsBytes(sent.Values.Span).SequenceEqual(MemoryMarshal.AsBytes(came.Values.Span)));
        }
        Eventually.Holds(() => leases.All(lease => lease.Disposals == 1) && _a.LeasedBytes == 0, "all memory is free");
        Assert.Equal("data", FrameKindTag.Of(FrameKind.DataChunk));
    }

    [Theory]
    [InlineData(6, 1, "16 elements at offset 0 of 8")]
    [InlineData(28, 1, "job")]
    [InlineData(16, 1, "job")]
    [InlineData(32, 1, "job")]
    [InlineData(44, 1, "chunk")]
    [InlineData(24, 1, "reduction node")]
    [InlineData(64, 1, "reduction node")]
    public void A_header_that_makes_no_sense_is_refused_although_its_checksum_is_right(int place, byte value, string expected)
    {
        var bytes = new byte[FrameHeader.Size];
        new FrameHeader(FrameKind.DataChunk, 0, 3, 0, 0, 7, default, 8, default).Write(bytes);
        Assert.True(FrameHeader.TryRead(bytes, FrameLimits.Default, out _, out _));
        bytes[place] = value;
        FrameHeaderFields.WriteChecksum(bytes);
        Assert.False(FrameHeader.TryRead(bytes, FrameLimits.Default, out _, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chunk_that_no_receiver_would_take_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, new DataChunk("no name", 0, default, null)));
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, new DataChunk(DataSet, -2, default, null)));
    }
}
