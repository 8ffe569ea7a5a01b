namespace Distributed.Node.Configuration;

/// <summary>Whose tokens the API accepts beside its own keys (OpenID Connect).</summary>
/// <param name="Authority">The token server: the issuer, whose discovery document names the keys of its signatures.</param>
/// <param name="Audience">For whom a token has to be.</param>
/// <param name="RoleClaim">The claim that holds the roles reader, submitter and operator; the highest counts.</param>
internal sealed record TokenSettings(Uri Authority, string Audience, string RoleClaim)
{
    /// <summary>The claim of roles unless another is set.</summary>
    public const string DefaultRoleClaim = "roles";
}
