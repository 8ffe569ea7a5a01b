using System.Security.Claims;
using Distributed.Api.Client;

namespace Distributed.Dashboard.Gateway;

/// <summary>Who uses a page, and the API on its behalf.</summary>
internal interface IPageAccess
{
    /// <summary>Whether a user must sign in at all.</summary>
    bool NeedsKey { get; }

    /// <summary>The API as a user may use it: each request is signed in anew, so a key that is taken away ends it.</summary>
    DistributedClient ClientOf(ClaimsPrincipal user);

    /// <summary>Whether a user's session is still valid.</summary>
    bool IsSignedIn(ClaimsPrincipal user);

    /// <summary>What the gateway tells of its settings: names and values, without secrets.</summary>
    IReadOnlyList<SettingFact> Facts { get; }
}

/// <summary>One line about a gateway's settings.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">How it is set.</param>
internal sealed record SettingFact(string Name, string Value);
