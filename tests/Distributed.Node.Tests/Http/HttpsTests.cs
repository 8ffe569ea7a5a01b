using System.Net;
using System.Security.Cryptography.X509Certificates;
using Distributed.Api.Client;
using Distributed.Node.Configuration;
using Distributed.Tests;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Node.Tests.Http;

/// <summary>A node with certificates serves HTTPS, and its clients trust the cluster's authority.</summary>
[Collection(GatewayCollection.Name)]
public sealed class HttpsTests(GatewayFixture gateway) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("https-").FullName;
    private readonly TestCertificates _ours = new(), _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private HttpSettings Settings => new()
    {
        Address = new IPEndPoint(IPAddress.Loopback, 0),
        IsGateway = true,
        DataFolder = Path.Combine(_folder, "data"),
        Limits = new HttpLimits { RequestsPerSecond = 100_000 },
    };

    private static DistributedClient Client(string address, TestCertificates authority)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(authority.AuthorityPem);
        return new DistributedClient(new Uri(address), new DistributedClientOptions { Authorities = trusted, Retries = 0 });
    }

    [Fact]
    public async Task A_client_that_trusts_the_authority_is_answered_before_and_after_a_renewal_and_another_one_refuses_the_server()
    {
        var folder = _ours.WriteNode(Path.Combine(_folder, "certificates"));
        await using var server = await gateway.ServeAsync(Settings with { Identity = ClusterIdentity.Open(folder, NullLogger.Instance) });
        Assert.StartsWith("https://127.0.0.1:", server.Address, StringComparison.Ordinal);
        using (var client = Client(server.Address, _ours)) Assert.NotEmpty(await client.ListNodesAsync());
        using (var stranger = Client(server.Address, _theirs))
            Assert.Equal(ApiErrorReason.Unreachable, (await Assert.ThrowsAsync<DistributedApiException>(() => stranger.ListNodesAsync())).Reason);

        // The next connection gets the certificate of its moment, of another authority here.
        _theirs.WriteNode(folder);
        await WaitForNewCertificateAsync();
        async Task WaitForNewCertificateAsync()
        {
            var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
            while (true)
            {
                using var client = Client(server.Address, _theirs);
                try
                {
                    Assert.NotEmpty(await client.ListNodesAsync());
                    return;
                }
                catch (DistributedApiException) when (DateTime.UtcNow < until)
                {
                    // Files are looked at once a second.
                }
            }
        }
    }

    [Fact]
    public async Task An_insecure_node_says_so_in_every_health_answer()
    {
        await using var server = await gateway.ServeAsync(Settings with { IsInsecure = true });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        foreach (var path in new[] { "/health/live", "/health/ready" })
            Assert.Contains("--insecure", await client.GetStringAsync(path), StringComparison.Ordinal);
        Assert.DoesNotContain("insecure", await gateway.Client.GetStringAsync("/health/live"), StringComparison.Ordinal);
    }
}
