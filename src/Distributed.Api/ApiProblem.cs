namespace Distributed.Api;

/// <summary>A problem document of RFC 9457 (<c>application/problem+json</c>); its detail names the error and the remedy in one line.</summary>
public sealed record ApiProblem
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>What kind of error, for programs: one of <see cref="ApiProblemTypes"/>.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The kind in a few words.</summary>
    public string Title { get; init; } = "";

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>The error and the remedy, in one line.</summary>
    public string? Detail { get; init; }

    /// <summary>The request's path.</summary>
    public string? Instance { get; init; }

    /// <summary>The line of an uploaded table or of a request's rows, from 1; null when none is meant.</summary>
    public long? Line { get; init; }

    /// <summary>The column of a table that is meant; null when none is.</summary>
    public string? Column { get; init; }
}

/// <summary>The kinds of errors. Relative references, as RFC 9457 allows.</summary>
public static class ApiProblemTypes
{
    /// <summary>400: the request itself cannot be read.</summary>
    public const string BadRequest = "/problems/bad-request";

    /// <summary>401: no API key, or an unknown one.</summary>
    public const string Unauthorized = "/problems/unauthorized";

    /// <summary>403: the key may read and not write.</summary>
    public const string Forbidden = "/problems/forbidden";

    /// <summary>404: there is no such thing.</summary>
    public const string NotFound = "/problems/not-found";

    /// <summary>405: the path takes other methods.</summary>
    public const string MethodNotAllowed = "/problems/method-not-allowed";

    /// <summary>409: not in the state that it is in.</summary>
    public const string Conflict = "/problems/conflict";

    /// <summary>413: longer than is taken.</summary>
    public const string TooLarge = "/problems/too-large";

    /// <summary>415: a content type that is not taken here.</summary>
    public const string UnsupportedMedia = "/problems/unsupported-media";

    /// <summary>422: settings or data that do not go together.</summary>
    public const string Unprocessable = "/problems/unprocessable";

    /// <summary>429: too many requests; <c>Retry-After</c> tells when to retry.</summary>
    public const string TooMany = "/problems/too-many";

    /// <summary>503: the cluster or the store does not answer for now.</summary>
    public const string Unavailable = "/problems/unavailable";

    /// <summary>500: a defect of the node.</summary>
    public const string Internal = "/problems/internal";
}
