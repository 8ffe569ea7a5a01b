using System.Buffers;
using System.Text.Json;
using Distributed.Api;
using Distributed.Protocol.Journal;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Histories;

/// <summary>Answers with <see cref="JobMetrics"/>, made of the epochs' shared texts and sent as the client takes them.</summary>
internal sealed class EpochsResult(string job, IReadOnlyList<EpochDecided> epochs, HistoryRange range, EpochTexts texts) : IResult
{
    private const int BytesAtOnce = 64 << 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var body = httpContext.Response.BodyWriter;
        body.Write("{\"job\":"u8);
        body.Write(JsonSerializer.SerializeToUtf8Bytes(job, ApiJson.Default.String));
        body.Write(",\"epochs\":["u8);
        for (var i = range.From; i < range.From + range.Count; i++)
        {
            if (i > range.From) body.Write(","u8);
            body.Write(texts.Of(epochs[i]).Span);
            if (body.UnflushedBytes < BytesAtOnce) continue;
            if ((await body.FlushAsync(httpContext.RequestAborted).ConfigureAwait(false)).IsCompleted) return; // the client is gone
        }
        body.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"],\"total\":{range.Total}{(range.Next is { } next ? $",\"next\":{next}" : "")}}}")));
        await body.FlushAsync(httpContext.RequestAborted).ConfigureAwait(false);
    }
}
