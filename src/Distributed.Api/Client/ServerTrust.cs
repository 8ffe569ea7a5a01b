using System.Security.Cryptography.X509Certificates;

namespace Distributed.Api.Client;

/// <summary>Which servers a client trusts.</summary>
public static class ServerTrust
{
    /// <summary>Trusts servers with a certificate of one of these authorities, under the name that the certificate is for, and no others.</summary>
    public static void Trust(this SocketsHttpHandler handler, X509Certificate2Collection authorities)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        handler.SslOptions.CertificateChainPolicy = policy;
    }
}
