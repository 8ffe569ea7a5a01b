using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Transport.Identity;

/// <summary>Makes authorities and the certificates of nodes: ECDSA over P-256.</summary>
public static class CertificateMaker
{
    // Machines whose clocks are behind accept a new certificate too.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    /// <summary>Makes an authority with its private key. It signs the certificates of nodes and nothing else.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="now">The beginning of its validity.</param>
    /// <param name="validity">How long it is valid.</param>
    public static X509Certificate2 MakeAuthority(string name, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - ClockSkew, now + validity);
    }

    /// <summary>Makes a node's certificate with its private key.</summary>
    /// <param name="authority">The authority with its private key.</param>
    /// <param name="name">Its common name.</param>
    /// <param name="hosts">The names and addresses under which clients reach the node.</param>
    /// <param name="now">The beginning of its validity.</param>
    /// <param name="validity">How long it is valid; at most as long as the authority.</param>
    public static X509Certificate2 MakeNode(
        X509Certificate2 authority, string name, IReadOnlyCollection<string> hosts, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(MembershipCheck.Purposes, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        if (hosts.Count > 0) request.CertificateExtensions.Add(Names(hosts));
        DateTimeOffset begin = now - ClockSkew, end = now + validity, last = authority.NotAfter.ToUniversalTime();
        using var certificate = request.Create(
            authority, begin < authority.NotBefore.ToUniversalTime() ? authority.NotBefore.ToUniversalTime() : begin, end < last ? end : last,
            RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }

    private static X500DistinguishedName Subject(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509Extension Names(IReadOnlyCollection<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        return names.Build();
    }
}
