using System.Security.Cryptography.X509Certificates;
using Distributed.Transport.Identity;

namespace Distributed.Tests;

/// <summary>The authority of a test's cluster, and folders of nodes with certificates of it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority = CertificateMaker.MakeAuthority("test authority", DateTimeOffset.UtcNow - TimeSpan.FromDays(5), TimeSpan.FromDays(10));

    /// <summary>The authority's certificate in PEM.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>Writes the files of a node.</summary>
    /// <param name="folder">Where; made where it is missing.</param>
    /// <param name="authorities">The authorities that the node accepts; null for this one.</param>
    /// <param name="validity">How long from now; null for a day. A negative one has ended.</param>
    public string WriteNode(string folder, string? authorities = null, TimeSpan? validity = null)
    {
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow - (validity < TimeSpan.Zero ? TimeSpan.FromDays(2) : TimeSpan.Zero);
        using var node = CertificateMaker.MakeNode(_authority, "test node", ["localhost", "127.0.0.1"], now, (validity ?? TimeSpan.FromDays(1)).Duration());
        using var key = node.GetECDsaPrivateKey()!;
        Write(folder, CertificateNames.Authorities, authorities ?? AuthorityPem);
        Write(folder, CertificateNames.NodeKey, key.ExportPkcs8PrivateKeyPem());
        Write(folder, CertificateNames.Node, node.ExportCertificatePem());
        return folder;
    }

    public void Dispose() => _authority.Dispose();

    private static void Write(string folder, string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file + ".new", text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(file + ".new", file, overwrite: true);
    }
}
