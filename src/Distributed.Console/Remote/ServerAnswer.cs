using System.Net;
using System.Text.Json;
using Distributed.Api;
using Distributed.Cluster;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Remote;

/// <summary>The server cannot do it now, and may be able to in a moment.</summary>
internal sealed class ServerBusyException(string message) : TrainingException(message);

/// <summary>Describes an unsuccessful answer to the user in one line.</summary>
internal static class ServerAnswer
{
    private const int LongestProblem = 64 << 10;

    /// <summary>Whether a retry may succeed: the gateway or its cluster is not ready, or overloaded.</summary>
    public static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Passes a success on.</summary>
    /// <exception cref="UsageException">The request was wrong; the message names the error and the remedy.</exception>
    /// <exception cref="TrainingException">The server cannot do it now.</exception>
    public static async Task RequireSuccessAsync(HttpResponseMessage response, Uri server, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode) return;
        var status = (int)response.StatusCode;
        var detail = await ReadProblemAsync(response, cancellation).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized:
                throw new UsageException($"{server.Authority} wants an API key: set DTRAIN_API_KEY or give --api-key-file FILE ({detail ?? "none, or an unknown one, was given"})");
            case >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError when response.StatusCode != HttpStatusCode.TooManyRequests:
                throw new UsageException(detail ?? $"{server.Authority} refuses with status {status}; is it a gateway of this program?");
            case var passing when IsPassing(passing):
                throw new ServerBusyException($"{server.Authority} answers with status {status}: {detail ?? "no reason was given"}");
            default:
                throw new TrainingException($"{server.Authority} answers with status {status}: {detail ?? "no reason was given"}");
        }
    }

    /// <summary>The detail of problem details; null when the body is something else.</summary>
    private static async Task<string?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType is not (ApiProblem.ContentType or "application/json")) return null;
        try
        {
            var bytes = new byte[LongestProblem];
            using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            var problem = JsonSerializer.Deserialize(bytes.AsSpan(0, length), ApiJson.Default.ApiProblem);
            return problem?.Detail ?? problem?.Title;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }
}
