using System.Net;

namespace Distributed.Api.Client;

/// <summary>Why a request failed.</summary>
public enum ApiErrorReason
{
    /// <summary>A status that has no reason of its own here.</summary>
    Other,

    /// <summary>400: the request itself cannot be read.</summary>
    BadRequest,

    /// <summary>401: no API key, or an unknown one.</summary>
    Unauthorized,

    /// <summary>403: the key may read and not write.</summary>
    Forbidden,

    /// <summary>404: there is no such thing.</summary>
    NotFound,

    /// <summary>409: not in the state that it is in.</summary>
    Conflict,

    /// <summary>413: longer than the server accepts.</summary>
    TooLarge,

    /// <summary>415: a content type that the route does not accept.</summary>
    UnsupportedMedia,

    /// <summary>422: settings or data that do not go together.</summary>
    Unprocessable,

    /// <summary>429: too many requests.</summary>
    TooMany,

    /// <summary>502, 503, 504 or 507: the gateway, its cluster or its store cannot serve for now.</summary>
    Unavailable,

    /// <summary>500: a defect of the node.</summary>
    Internal,

    /// <summary>No answer: the server cannot be reached, the connection broke, or the answer did not come in time.</summary>
    Unreachable,

    /// <summary>An answer that this client cannot read: no gateway of this program, or one of another release.</summary>
    UnexpectedAnswer,
}

/// <summary>A request of a <see cref="DistributedClient"/> failed; the message names the error and, where there is one, the remedy, in one line.</summary>
public sealed class DistributedApiException : Exception
{
    internal DistributedApiException(ApiErrorReason reason, string message, Exception? inner = null) : base(message, inner) => Reason = reason;

    /// <summary>The kind of failure, for programs.</summary>
    public ApiErrorReason Reason { get; }

    /// <summary>The status of the answer; null when there was none.</summary>
    public HttpStatusCode? StatusCode { get; internal init; }

    /// <summary>The problem document of the answer; null when it had none.</summary>
    public ApiProblem? Problem { get; internal init; }

    /// <summary>When the server asks to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Whether the same request may succeed a moment later.</summary>
    public bool IsTransient => Reason is ApiErrorReason.Unreachable
        || StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Whether no connection came about at all, as when the server's name or port is wrong.</summary>
    internal bool IsUnconnected => InnerException is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };
}
