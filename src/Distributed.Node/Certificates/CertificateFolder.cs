using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Transport.Files;
using Distributed.Transport.Identity;

namespace Distributed.Node.Certificates;

/// <summary>Folders in which an authority and the certificates of its nodes are made; their files are those of <see cref="CertificateNames"/>.</summary>
/// <param name="authority">Where the authority's key and certificates are kept.</param>
/// <param name="path">What nodes need, without the key; may be the same.</param>
/// <param name="clock">The clock of the certificates' validity.</param>
internal sealed class CertificateFolder(string authority, string path, TimeProvider clock)
{
    private static readonly TimeSpan AuthorityValidity = TimeSpan.FromDays(3653);

    private string Authorities => Path.Combine(authority, CertificateNames.Authorities);

    private string AuthorityKey => Path.Combine(authority, CertificateNames.AuthorityKey);

    /// <summary>Makes the folder, for its owner alone, and an authority where there is none.</summary>
    /// <returns>Whether the authority is new.</returns>
    /// <exception cref="IdentityException">There is an authority without its key, or a file cannot be read or written.</exception>
    public bool Open() => Try(() =>
    {
        foreach (var folder in new[] { authority, path }) PrivateFile.CreateFolder(folder);
        if (File.Exists(Authorities)) return false;
        if (File.Exists(AuthorityKey)) throw new IdentityException($"{AuthorityKey} is there, but its certificate {Authorities} is not: restore it, or remove the key");
        AddAuthority([]);
        return true;
    });

    /// <summary>Adds an authority to those whose nodes are accepted; it signs from now on.</summary>
    /// <exception cref="IdentityException">A file cannot be read or written.</exception>
    public void AddAuthority() => Try(() =>
    {
        AddAuthority(ReadAuthorities());
        return true;
    });

    /// <summary>Keeps the authority that signs, and no other.</summary>
    /// <returns>How many are no longer accepted.</returns>
    /// <exception cref="IdentityException">A file cannot be read or written, or the node's certificate is of another authority.</exception>
    public int ForgetOldAuthorities() => Try(() =>
    {
        var all = ReadAuthorities();
        using var signing = ReadSigning(all);
        if (ReadNode() is { } node && MembershipOf(node, signing) is { } reason)
            throw new IdentityException($"{Path.Combine(path, CertificateNames.Node)}: {reason}: make a new one first, and put it on every node");
        WriteAuthorities([signing]);
        return all.Count - 1;
    });

    /// <summary>Makes a certificate for nodes, in place of the one before.</summary>
    /// <exception cref="IdentityException">The authority or its key is missing, or a file cannot be read or written.</exception>
    public X509Certificate2 MakeNode(IReadOnlyCollection<string> hosts, TimeSpan validity) => Try(() =>
    {
        var authorities = ReadAuthorities();
        using var signing = ReadSigning(authorities);
        var node = CertificateMaker.MakeNode(signing, "distributed node", hosts, clock.GetUtcNow(), validity);
        using var key = node.GetECDsaPrivateKey()!;
        WriteAuthorities([.. authorities]);
        PrivateFile.Write(Path.Combine(path, CertificateNames.NodeKey), key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFile.Write(Path.Combine(path, CertificateNames.Node), node.ExportCertificatePem() + "\n", isShared: true);
        return node;
    });

    private void AddAuthority(X509Certificate2Collection others)
    {
        // Chains are built by name: each authority has one of its own.
        var name = $"distributed cluster authority {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        using var made = CertificateMaker.MakeAuthority(name, clock.GetUtcNow(), AuthorityValidity);
        using var key = made.GetECDsaPrivateKey()!;
        PrivateFile.Write(AuthorityKey, key.ExportPkcs8PrivateKeyPem() + "\n");
        WriteAuthorities([made, .. others]);
    }

    private void WriteAuthorities(IReadOnlyList<X509Certificate2> all)
    {
        var text = string.Join('\n', all.Select(one => one.ExportCertificatePem())) + "\n";
        foreach (var folder in new[] { authority, path }.Distinct()) PrivateFile.Write(Path.Combine(folder, CertificateNames.Authorities), text, isShared: true);
    }

    private X509Certificate2Collection ReadAuthorities()
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(Authorities);
        return all.Count > 0 ? all : throw new IdentityException($"{Authorities} holds no certificate");
    }

    private X509Certificate2? ReadNode() =>
        Path.Combine(path, CertificateNames.Node) is var file && File.Exists(file) ? X509Certificate2.CreateFromPem(File.ReadAllText(file)) : null;

    /// <summary>The authority whose key is here, with it.</summary>
    private X509Certificate2 ReadSigning(X509Certificate2Collection authorities)
    {
        if (!File.Exists(AuthorityKey)) throw new IdentityException($"{AuthorityKey} is missing: certificates are made where the authority's key is kept");
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(AuthorityKey));
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var found = authorities.FirstOrDefault(one => one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
            ?? throw new IdentityException($"{AuthorityKey} is the key of none of the authorities in {Authorities}");
        return found.CopyWithPrivateKey(key);
    }

    private static string? MembershipOf(X509Certificate2 node, X509Certificate2 issuer) =>
        node.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData) ? null : "the certificate is of an authority that is not to be accepted any more";

    private static T Try<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new IdentityException(e.Message.ReplaceLineEndings(" "), e);
        }
    }
}
