using System.IO.Pipelines;
using System.Text;
using Distributed.Console.Remote;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Remote;

public sealed class EventStreamTests
{
    [Theory]
    [InlineData("event: epoch\nid: 7\ndata: {}\n\n", "epoch|{}|7")]
    [InlineData("event: epoch\r\nid: 7\r\ndata: {}\r\n\r\n", "epoch|{}|7")]
    [InlineData("event: epoch\rid: 7\rdata: {}\r\r", "epoch|{}|7")]
    [InlineData(": a comment\n\ndata: a\ndata: b\n\n", "message|a\nb|")]
    [InlineData("id: 1\ndata: a\n\ndata: b\n\n", "message|a|1 message|b|1")]
    [InlineData("event: lost\n\ndata:no blank\n\n", "message|no blank|")]
    [InlineData("data\nunknown: x\nretry: 5\n\n", "message||")]
    [InlineData("data: whole\n\ndata: cut off", "message|whole|")]
    [InlineData("", "")]
    public async Task Lines_become_events_as_the_standard_says(string text, string expected)
    {
        var events = new EventStream(new MemoryStream(Encoding.UTF8.GetBytes(text)), TimeProvider.System);
        var read = new List<string>();
        while (await events.ReadAsync(CancellationToken.None) is { } next) read.Add($"{next.Name}|{next.Data}|{next.Id}");
        Assert.Equal(expected, string.Join(' ', read));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_counts_as_broken()
    {
        var clock = new ManualClock();
        var pipe = new Pipe();
        var reading = new EventStream(pipe.Reader.AsStream(), clock).ReadAsync(CancellationToken.None);
        await pipe.Writer.WriteAsync("data: a\n"u8.ToArray());
        for (var i = 0; i < 1000 && !reading.IsCompleted; i++)
        {
            clock.Advance(EventStream.LongestSilence.TotalSeconds);
            await Task.Yield();
            await Task.WhenAny(reading, Task.Delay(5));
        }
        Assert.Contains("nothing came for 60 s", (await Assert.ThrowsAsync<IOException>(() => reading)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused_at_its_bound()
    {
        var endless = new EventStream(new MemoryStream(new byte[3 << 20]), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => endless.ReadAsync(CancellationToken.None));
    }
}
