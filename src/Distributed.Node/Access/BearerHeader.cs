using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Access;

/// <summary>The field <c>Authorization: Bearer …</c> of a request.</summary>
internal static class BearerHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>The key or token; null when there is none.</summary>
    public static string? Read(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header[Scheme.Length..].Trim() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>Whether it has the form of a token (three parts between dots, RFC 7515); keys that this program makes have no dots.</summary>
    public static bool HoldsToken(HttpRequest request) => Read(request)?.Count(c => c == '.') == 2;
}
