using System.Security.Claims;
using Distributed.Api.Client;
using Microsoft.AspNetCore.Components.Authorization;

namespace Distributed.Dashboard.Gateway;

/// <summary>The user of one page. Buttons are shown by the role; what an action may do is decided by the API alone.</summary>
internal sealed class PageUser(AuthenticationStateProvider states, IPageAccess access) : IDisposable
{
    private ClaimsPrincipal _principal = new();
    private DistributedClient? _client;

    /// <summary>The key's name; null where nobody signs in.</summary>
    public string? Name => _principal.Identity?.Name;

    /// <summary>The role's name.</summary>
    public string Role => _principal.FindFirst(ClaimTypes.Role)?.Value ?? "reader";

    /// <summary>Whether the user may upload and submit.</summary>
    public bool MaySubmit => Role is "submitter" or "operator";

    /// <summary>Whether the user may steer nodes.</summary>
    public bool MayOperate => Role == "operator";

    /// <summary>Whether the session still holds.</summary>
    public bool IsSignedIn => access.IsSignedIn(_principal);

    /// <summary>Whether the gateway asks for keys.</summary>
    public bool NeedsKey => access.NeedsKey;

    /// <summary>What the gateway tells of its settings.</summary>
    public IReadOnlyList<SettingFact> Facts => access.Facts;

    /// <summary>The API on the user's behalf.</summary>
    public DistributedClient Api => _client ??= access.ClientOf(_principal);

    /// <summary>Whether the user may change what belongs to an owner.</summary>
    /// <param name="owner">A key's name; null for nobody's.</param>
    public bool MayChange(string? owner) => MayOperate || (MaySubmit && Name is not null && Name == owner);

    /// <summary>Reads who the user is; before anything else is asked.</summary>
    public async Task LoadAsync() => _principal = (await states.GetAuthenticationStateAsync().ConfigureAwait(false)).User;

    public void Dispose() => _client?.Dispose();
}
