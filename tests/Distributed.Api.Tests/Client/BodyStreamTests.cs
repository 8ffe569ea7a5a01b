using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text;
using Distributed.Api.Client;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Api.Tests.Client;

public sealed class BodyStreamTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("event: epoch\nid: 7\ndata: {}\n\n", "epoch|{}|7")]
    [InlineData("event: epoch\r\nid: 7\r\ndata: {}\r\n\r\n", "epoch|{}|7")]
    [InlineData("event: epoch\rid: 7\rdata: {}\r\r", "epoch|{}|7")]
    [InlineData(": a comment\n\ndata: a\ndata: b\n\n", "message|a\nb|")]
    [InlineData("id: 1\ndata: a\n\ndata: b\n\n", "message|a|1 message|b|1")]
    [InlineData("data:no blank\n\n", "message|no blank|")]
    [InlineData("data\nunknown: x\nretry: 5\n\n", "message||")]
    [InlineData("data: whole\n\ndata: cut off", "message|whole|")]
    [InlineData("", "")]
    public async Task Events_pass_as_the_standard_has_them(string text, string expected)
    {
        var parser = SseParser.Create(Bounded(new MemoryStream(Encoding.UTF8.GetBytes(text)), TimeProvider.System));
        var read = new List<string>();
        await foreach (var next in parser.EnumerateAsync()) read.Add($"{next.EventType}|{next.Data}|{parser.LastEventId}");
        Assert.Equal(expected, string.Join(' ', read));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_counts_as_broken()
    {
        var clock = new FakeTimeProvider();
        var pipe = new Pipe();
        var parser = SseParser.Create(Bounded(pipe.Reader.AsStream(), clock));
        await pipe.Writer.WriteAsync("data: a\n"u8.ToArray());
        var reading = parser.EnumerateAsync().GetAsyncEnumerator().MoveNextAsync().AsTask();
        Assert.Equal("nothing came for 60 s", (await Assert.ThrowsAsync<IOException>(() => clock.PassAsync(reading))).Message);
    }

    [Fact]
    public async Task A_line_without_end_is_refused_at_its_bound()
    {
        var parser = SseParser.Create(Bounded(new MemoryStream(new byte[3 << 20]), TimeProvider.System));
        await Assert.ThrowsAsync<IOException>(async () => await parser.EnumerateAsync().GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Lines_of_one_event_without_end_are_refused_at_its_bound()
    {
        var endless = string.Concat(Enumerable.Repeat("data: 0123456789\r\n", 100_000));
        var parser = SseParser.Create(Bounded(new MemoryStream(Encoding.UTF8.GetBytes(endless)), TimeProvider.System));
        await Assert.ThrowsAsync<IOException>(async () => await parser.EnumerateAsync().GetAsyncEnumerator().MoveNextAsync());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task Many_events_and_comments_are_not_counted_together(string end)
    {
        var text = string.Concat(Enumerable.Repeat($": still here{end}{end}data: 0123456789{end}{end}", 100_000));
        var parser = SseParser.Create(Bounded(new MemoryStream(Encoding.UTF8.GetBytes(text)), TimeProvider.System));
        var count = 0;
        await foreach (var _ in parser.EnumerateAsync()) count++;
        Assert.Equal(100_000, count);
    }

    private static BodyStream Bounded(Stream body, TimeProvider clock) => new(body, Silence, 1 << 20, clock);
}
