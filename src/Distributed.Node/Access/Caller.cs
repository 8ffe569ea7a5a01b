using System.Security.Claims;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Access;

/// <summary>Who asks, as known after the sign-in.</summary>
/// <param name="Name">A key's name, or <c>token:</c> with a token's subject, which no key's name can be; null where the API asks for neither.</param>
/// <param name="Role">What the caller may do; null for a token without a role.</param>
internal sealed record Caller(string? Name, ApiRole? Role)
{
    private const string TokenMark = "token:";

    /// <summary>Everybody, where the API is open.</summary>
    public static Caller Anyone { get; } = new(null, ApiRole.Operator);

    /// <summary>The holder of a token.</summary>
    public static Caller OfToken(string subject, ApiRole? role) => new(TokenMark + subject, role);

    /// <summary>The caller of a request that was let in.</summary>
    public static Caller Of(ClaimsPrincipal user) => new(user.Identity?.Name, user.FindFirst(ClaimTypes.Role) is { } role ? ApiRoles.Find(role.Value) : null);

    /// <summary>Whom limits count a request to: a key or token, and where the API asks for neither the client's address.</summary>
    public static string CountedAs(HttpContext context) => Of(context.User).Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>The identity that policies look at.</summary>
    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var claims = new List<Claim>();
        if (Name is not null) claims.Add(new Claim(ClaimTypes.Name, Name));
        if (Role is { } role) claims.Add(new Claim(ClaimTypes.Role, ApiRoles.NameOf(role)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    /// <summary>What messages call the caller.</summary>
    public override string ToString() =>
        Name is null ? "the caller" : Name.StartsWith(TokenMark, StringComparison.Ordinal) ? $"the token of '{Name[TokenMark.Length..]}'" : $"the key '{Name}'";

    /// <summary>Refuses to change what belongs to another, unless the caller is an operator.</summary>
    /// <exception cref="ApiException">It is another's, or nobody's.</exception>
    public void CheckOwns(string? owner, string what)
    {
        if (Role == ApiRole.Operator || (Name is not null && Name == owner)) return;
        throw ApiException.Forbidden(
            $"{what} belongs to {(owner is null ? "nobody" : $"'{owner}'")}; {this} may change its own, and a key with the role {ApiRoles.NameOf(ApiRole.Operator)} that of others");
    }
}
