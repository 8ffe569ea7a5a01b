using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Transport.Identity;

/// <summary>Whether a certificate makes its holder a node of the cluster.</summary>
internal static class MembershipCheck
{
    /// <summary>TLS as a server and as a client: a node is both. A certificate for one of them alone is not a node's.</summary>
    public static readonly OidCollection Purposes = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    /// <summary>Why it does not; null when it does.</summary>
    public static string? Refuse(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        foreach (var purpose in Purposes) policy.ApplicationPolicy.Add(purpose);
        // The authority is short and its nodes are few: a withdrawn certificate is replaced with its authority.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        if (chain.Build(certificate)) return null;
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return
            (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 ? "the certificate is of another authority" :
            (status & X509ChainStatusFlags.NotTimeValid) != 0 ? $"the certificate is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}: renew it, or set the clock" :
            (status & X509ChainStatusFlags.NotValidForUsage) != 0 ? "the certificate is not for nodes (TLS as server and as client)" :
            $"the certificate is not valid: {status}";
    }
}
