using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Distributed.Api;
using Distributed.Node.Histories;
using Distributed.Protocol.Messages;

namespace Distributed.Node.Events;

/// <summary>Writes events as a stream has them (Server-Sent Events, WHATWG HTML).</summary>
internal static class EventText
{
    private const int LongestFrame = 512; // of an epoch's event without its JSON: two numbers, and a job's name

    /// <summary>Writes one; an event that has no place in a stream is left out.</summary>
    /// <param name="into">The answer.</param>
    /// <param name="told">The event.</param>
    /// <param name="texts">The epochs' shared JSON; null to write an epoch anew.</param>
    public static void Write(IBufferWriter<byte> into, StreamEvent told, EpochTexts? texts)
    {
        if (told.Event is EpochEnded ended && texts is not null)
        {
            WriteId(into, told.Id);
            Utf8.TryWrite(into.GetSpan(LongestFrame), CultureInfo.InvariantCulture, $"event: epoch\ndata: {{\"step\":{ended.Step},\"decision\":", out var written);
            into.Advance(written);
            into.Write(texts.Of(ended.Decision).Span);
            Utf8.TryWrite(into.GetSpan(LongestFrame), CultureInfo.InvariantCulture, $",\"job\":\"{ended.Job.Value}\"}}\n\n", out written); // a job's name needs no escapes
            into.Advance(written);
        }
        else if (ApiEvents.Write(told.Event) is var (name, data))
        {
            WriteId(into, told.Id);
            Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n", into);
        }
    }

    private static void WriteId(IBufferWriter<byte> into, string? id)
    {
        if (id is null) return;
        Utf8.TryWrite(into.GetSpan(LongestFrame), CultureInfo.InvariantCulture, $"id: {id}\n", out var written);
        into.Advance(written);
    }
}
