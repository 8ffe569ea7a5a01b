using Distributed.Api;
using Distributed.Protocol.Queue;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Problems;

/// <summary>An expected failure of a request, said as a problem document.</summary>
internal sealed class ApiException(int status, string type, string title, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string Title { get; } = title;

    /// <summary>The line of a table or of the rows that is meant.</summary>
    public long? Line { get; init; }

    /// <summary>The column that is meant.</summary>
    public string? Column { get; init; }

    /// <summary>When to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiException BadRequest(string detail) => new(StatusCodes.Status400BadRequest, ApiProblemTypes.BadRequest, "Bad request", detail);

    public static ApiException Forbidden(string detail) => new(StatusCodes.Status403Forbidden, ApiProblemTypes.Forbidden, "Forbidden", detail);

    public static ApiException NotFound(string detail) => new(StatusCodes.Status404NotFound, ApiProblemTypes.NotFound, "Not found", detail);

    public static ApiException Conflict(string detail) => new(StatusCodes.Status409Conflict, ApiProblemTypes.Conflict, "Conflict", detail);

    public static ApiException TooSlow(string detail) => new(StatusCodes.Status408RequestTimeout, ApiProblemTypes.BadRequest, "Too slow", detail);

    public static ApiException TooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, ApiProblemTypes.TooLarge, "Too large", detail);

    public static ApiException UnsupportedMedia(string detail) => new(StatusCodes.Status415UnsupportedMediaType, ApiProblemTypes.UnsupportedMedia, "Unsupported media type", detail);

    public static ApiException Unprocessable(string detail) => new(StatusCodes.Status422UnprocessableEntity, ApiProblemTypes.Unprocessable, "Does not fit", detail);

    public static ApiException TooMany(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, ApiProblemTypes.TooMany, "Too many", detail) { RetryAfter = retryAfter };

    public static ApiException Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, ApiProblemTypes.Unavailable, "Unavailable for now", detail) { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>A refusal of the queue.</summary>
    public static ApiException Of(QueueVerdict verdict, string reason) => verdict switch
    {
        QueueVerdict.NotFound => NotFound(reason),
        QueueVerdict.KeyTaken => Unprocessable(reason),
        QueueVerdict.Full => TooMany(reason, TimeSpan.FromSeconds(30)),
        QueueVerdict.NotStored => Unavailable(reason),
        _ => Conflict(reason),
    };
}
