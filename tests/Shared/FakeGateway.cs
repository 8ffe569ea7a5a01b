using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Api;
using Distributed.Protocol.Messages;

namespace Distributed.Tests;

/// <summary>A gateway that answers what a test scripts, and notes what it was asked; no socket is opened.</summary>
internal sealed class FakeGateway
{
    private readonly Dictionary<string, Queue<Func<HttpResponseMessage>>> _answers = [];
    private readonly HashSet<string> _never = [];
    private readonly TaskCompletionSource _neverAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every request: method and path, its headers, its body.</summary>
    public List<(string What, HttpRequestMessage Request, string Body)> Asked { get; } = [];

    /// <summary>Answers requests of "METHOD path" in the order of the answers; the last one stays.</summary>
    public void On(string what, params Func<HttpResponseMessage>[] answers) => _answers[what] = new Queue<Func<HttpResponseMessage>>(answers);

    /// <summary>A request of "METHOD path" is asked and never answered.</summary>
    public void OnNever(string what) => _never.Add(what);

    /// <summary>Ends once such a request was asked.</summary>
    public Task NeverAsked => _neverAsked.Task;

    public void On<T>(string what, T answer, JsonTypeInfo<T> type) => On(what, () => Json(JsonSerializer.Serialize(answer, type)));

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, type) };

    public static HttpResponseMessage Problem(HttpStatusCode status, string detail) =>
        Json(JsonSerializer.Serialize(new ApiProblem { Status = (int)status, Title = "no", Detail = detail }, ApiJson.Default.ApiProblem), status, ApiProblem.ContentType);

    /// <summary>A stream of events with ids from a number on; then it breaks, or ends.</summary>
    public static HttpResponseMessage Events(bool breaks, int firstId, params JobEvent[] events)
    {
        var text = new StringBuilder(": hello\n\n");
        foreach (var (i, jobEvent) in events.Index())
        {
            var (name, data) = ApiEvents.Write(jobEvent)!.Value;
            text.Append(jobEvent is JobProgressed ? "" : $"id: {firstId + i}\n").Append("event: ").Append(name).Append("\ndata: ").Append(data).Append("\n\n");
        }
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream(Encoding.UTF8.GetBytes(text.ToString()), breaks)) };
        response.Content.Headers.ContentType = new("text/event-stream");
        return response;
    }

    public HttpMessageHandler Handler() => new Switchboard(this);

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var what = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        var body = request.Content is null ? "" : Encoding.Latin1.GetString(await request.Content.ReadAsByteArrayAsync(cancellation));
        Asked.Add((what, request, body));
        if (_never.Contains(what))
        {
            _neverAsked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        // A parameter that a test does not script changes nothing, as with a gateway of an earlier release.
        if (!_answers.TryGetValue(what, out var answers) && !_answers.TryGetValue(what.Split('?')[0], out answers)) return Problem(HttpStatusCode.NotFound, $"there is no {what}");
        return (answers.Count > 1 ? answers.Dequeue() : answers.Peek())();
    }

    private sealed class Switchboard(FakeGateway gateway) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            gateway.AnswerAsync(request, cancellationToken);
    }

    /// <summary>Gives its bytes in small pieces, and then an end or a reset connection.</summary>
    private sealed class BrokenStream(byte[] bytes, bool breaks) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => breaks && Position == Length
            ? ValueTask.FromException<int>(new IOException("connection reset by peer"))
            : base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
    }
}
