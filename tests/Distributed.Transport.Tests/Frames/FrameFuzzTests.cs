using CsCheck;
using Distributed.Protocol.Messages;
using Distributed.Transport.Buffers;
using Distributed.Transport.Frames;
using Distributed.Transport.Messages;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests.Frames;

/// <summary>Mutated bytes before the decoder: no exception, and no message but one that was sent.</summary>
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private const int LongRun = 1_000_000;

    [Fact]
    public void Ten_thousand_mutated_headers_are_refused_or_unchanged() => MutateHeaders(10_000, Random.Shared.Next());

    [Fact]
    [Trait("Category", "Fuzz")]
    public void A_million_mutated_headers_are_refused_or_unchanged() => MutateHeaders(LongRun, Random.Shared.Next());

    [Fact]
    public void Ten_thousand_mutated_streams_bring_only_what_was_sent() => MutateStreams(10_000, Random.Shared.Next());

    [Fact]
    [Trait("Category", "Fuzz")]
    public void A_million_mutated_streams_bring_only_what_was_sent() => MutateStreams(LongRun, Random.Shared.Next());

    private void MutateHeaders(int cases, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var headers = FrameHeaderTests.Headers.Array[64].Generate(new PCG((uint)random.Next()), null, out _);
        var bytes = new byte[FrameHeader.Size];
        var original = new byte[FrameHeader.Size];
        var refused = 0;
        for (var i = 0; i < cases; i++)
        {
            headers[random.Next(headers.Length)].Write(original);
            original.CopyTo(bytes, 0);
            var mends = Mutation.Apply(random, bytes);
            // Every second sender is malicious rather than damaged: its checksum is right.
            if (mends) FrameHeaderFields.WriteChecksum(bytes);
            if (FrameHeader.TryRead(bytes, FrameLimits.Default, out var read, out var reason))
            {
                var again = new byte[FrameHeader.Size];
                read.Write(again);
                Assert.True(again.AsSpan().SequenceEqual(bytes), $"seed {seed}, case {i}: read something else than was there");
                Assert.True(mends || bytes.AsSpan().SequenceEqual(original), $"seed {seed}, case {i}: damage not noticed");
            }
            else
            {
                Assert.False(string.IsNullOrEmpty(reason), $"seed {seed}, case {i}: refused without a reason");
                refused++;
            }
            NameFrame.TryRead(bytes, out _, out _);
        }
        output.WriteLine($"{refused} of {cases} refused");
    }

    private void MutateStreams(int cases, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sent = Enumerable.Range(0, 4).Select(i => Frame.Gradient(3 + 40 * i, seed: i + 1, step: i)).ToArray();
        sent[2] = Frame.Rounded(sent[2]);
        var original = Written(sent); // the last one in two frames
        var pool = new TensorBufferPool(16 << 20);
        var refused = 0;
        for (var i = 0; i < cases; i++)
        {
            var bytes = Mutation.ApplyToStream(random, original);
            var reader = new FrameReader(
                new MemoryChannel(bytes, random.Next()), pool, new FrameLimits(1 << 20, 1 << 18), TimeSpan.FromSeconds(1), default);
            string? reason;
            while ((reason = reader.Next(out var frame)) is null)
            {
                var gradient = frame.Gradient;
                Assert.True(
                    gradient is not null && sent.Any(g => Frame.IsSame(g, gradient)), $"seed {seed}, case {i}: a message that nobody sent");
                frame.Lease.Dispose();
            }
            if (!reader.EndedBetweenFrames) refused++;
            Assert.True(pool.LeasedBytes == 0, $"seed {seed}, case {i}: memory is not given back");
        }
        output.WriteLine($"{refused} of {cases} refused");
    }

    private static byte[] Written(IEnumerable<PushGradient> gradients)
    {
        var channel = new MemoryChannel([]);
        var writer = new FrameWriter(channel, 400);
        foreach (var gradient in gradients) Assert.True(writer.Write(gradient));
        return channel.Sent;
    }
}
