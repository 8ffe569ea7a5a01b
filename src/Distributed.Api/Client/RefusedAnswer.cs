using System.Net;
using System.Text.Json;

namespace Distributed.Api.Client;

/// <summary>Reads an unsuccessful answer.</summary>
internal static class RefusedAnswer
{
    private const int LongestProblem = 64 << 10;

    /// <summary>The exception of an unsuccessful answer.</summary>
    public static async Task<DistributedApiException> ReadAsync(HttpResponseMessage response, Uri server, TimeProvider clock, CancellationToken cancellation)
    {
        var problem = await ReadProblemAsync(response, cancellation).ConfigureAwait(false);
        var (status, detail) = ((int)response.StatusCode, problem?.Detail ?? problem?.Title);
        var message = status is >= 400 and < 500 and not (int)HttpStatusCode.TooManyRequests && detail is { Length: > 0 }
            ? detail
            : $"{server.Authority} answers with status {status}: {detail ?? "no reason was given"}";
        return new DistributedApiException(ReasonOf(response.StatusCode), message)
        {
            StatusCode = response.StatusCode,
            Problem = problem,
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } wait } => wait,
                { Date: { } at } => at - clock.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
                _ => null,
            },
        };
    }

    private static ApiErrorReason ReasonOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => ApiErrorReason.BadRequest,
        HttpStatusCode.Unauthorized => ApiErrorReason.Unauthorized,
        HttpStatusCode.Forbidden => ApiErrorReason.Forbidden,
        HttpStatusCode.NotFound => ApiErrorReason.NotFound,
        HttpStatusCode.Conflict => ApiErrorReason.Conflict,
        HttpStatusCode.RequestEntityTooLarge => ApiErrorReason.TooLarge,
        HttpStatusCode.UnsupportedMediaType => ApiErrorReason.UnsupportedMedia,
        HttpStatusCode.UnprocessableEntity => ApiErrorReason.Unprocessable,
        HttpStatusCode.TooManyRequests => ApiErrorReason.TooMany,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.InsufficientStorage => ApiErrorReason.Unavailable,
        HttpStatusCode.InternalServerError => ApiErrorReason.Internal,
        _ => ApiErrorReason.Other,
    };

    /// <summary>The problem document; null when the body is something else, or longer than any.</summary>
    private static async Task<ApiProblem?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType is not (ApiProblem.ContentType or "application/json")) return null;
        try
        {
            var bytes = new byte[LongestProblem];
            await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), ApiJson.Default.ApiProblem);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }
}
