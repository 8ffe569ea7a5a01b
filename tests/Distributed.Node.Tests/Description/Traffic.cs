using System.Text;

namespace Distributed.Node.Tests.Description;

/// <summary>One answer of a gateway.</summary>
internal sealed record Answer(string Method, string Path, int Status, string? ContentType, string Body);

/// <summary>Records every answer that passes.</summary>
internal sealed class Traffic() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly List<Answer> _answers = [];

    public IReadOnlyList<Answer> Answers
    {
        get
        {
            lock (_answers) return [.. _answers];
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var answer = new Answer(
            request.Method.Method, Uri.UnescapeDataString(request.RequestUri!.AbsolutePath), (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType, Encoding.UTF8.GetString(body));
        lock (_answers) _answers.Add(answer);
        return response;
    }
}
