using System.Net;
using Distributed.Protocol.Nodes;

namespace Distributed.Api.Client;

/// <summary>The members of the cluster, and whether the server serves.</summary>
public sealed partial class DistributedClient
{
    /// <summary>The members of the cluster, their roles, versions and load.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public async Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellation = default) =>
        (await GetAsync(ApiRoutes.Nodes, ApiJson.Default.NodeList, cancellation).ConfigureAwait(false)).Nodes;

    /// <summary>Asks a node to finish what it computes, leave the cluster and end.</summary>
    /// <param name="address">host:port, as <see cref="NodeInfo.Address"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.NotFound"/> for an unknown node.</exception>
    public Task DrainNodeAsync(string address, CancellationToken cancellation = default) => SendOnceAsync(HttpMethod.Post, ApiRoutes.NodeDrain(address), cancellation);

    /// <summary>Whether the server's process runs.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<HealthReport> GetLivenessAsync(CancellationToken cancellation = default) => GetAsync(ApiRoutes.Live, ApiJson.Default.HealthReport, cancellation);

    /// <summary>Whether the server can serve; one that waits is an answer too, with the reason, and not retried.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<HealthReport> GetReadinessAsync(CancellationToken cancellation = default) => AttemptAsync(async token =>
    {
        using var request = Request(HttpMethod.Get, ApiRoutes.Ready);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.ServiceUnavailable)
            return await ParseAsync(request, response, ApiJson.Default.HealthReport, token).ConfigureAwait(false);
        throw await RefusedAnswer.ReadAsync(response, Server, _clock, token).ConfigureAwait(false);
    }, _options.AnswerTimeout, cancellation);
}
