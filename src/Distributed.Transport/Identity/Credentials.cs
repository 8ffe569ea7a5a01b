using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Transport.Files;

namespace Distributed.Transport.Identity;

/// <summary>What a folder of certificates holds at one moment.</summary>
/// <param name="Certificate">The node's certificate with its private key.</param>
/// <param name="Context">The same, ready for connections.</param>
/// <param name="Authorities">The authorities whose nodes are accepted.</param>
internal sealed record Credentials(X509Certificate2 Certificate, SslStreamCertificateContext Context, X509Certificate2Collection Authorities)
{
    /// <summary>Reads the three files of a node.</summary>
    /// <exception cref="IdentityException">One is missing, unreadable, open to other users or does not fit the others.</exception>
    public static Credentials Read(string folder)
    {
        var (authority, node, key) = (
            Path.Combine(folder, CertificateNames.Authorities), Path.Combine(folder, CertificateNames.Node), Path.Combine(folder, CertificateNames.NodeKey));
        foreach (var file in new[] { authority, node, key })
            if (!File.Exists(file)) throw new IdentityException($"{file} is missing: make it with distributed-node certificates --out {folder}");
        if (PrivateFile.Refuse(key) is { } open) throw new IdentityException($"{key} {open}");
        var authorities = new X509Certificate2Collection();
        Read(authority, () => authorities.ImportFromPemFile(authority));
        if (authorities.Count == 0) throw new IdentityException($"{authority} holds no certificate");
        X509Certificate2? certificate = null;
        Read($"{node} with {key}", () => certificate = X509Certificate2.CreateFromPemFile(node, key));
        if (MembershipCheck.Refuse(certificate!, authorities) is { } reason) throw new IdentityException($"{node}: {reason}");
        return new Credentials(certificate!, SslStreamCertificateContext.Create(certificate!, [], offline: true), authorities);
    }

    private static void Read(string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IdentityException($"{what} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
