using Distributed.Tests;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Transport.Tests.Identity;

/// <summary>Certificates in files: which can be used, and what happens when they change.</summary>
public sealed class IdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("identity-").FullName;
    private readonly TestCertificates _ours = new(), _theirs = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ClusterIdentity Open() => ClusterIdentity.Open(_folder, NullLogger.Instance, _clock);

    private string Refusal() => Assert.Throws<IdentityException>(Open).Message;

    [Theory]
    [InlineData(CertificateNames.Authorities)]
    [InlineData(CertificateNames.Node)]
    [InlineData(CertificateNames.NodeKey)]
    public void A_missing_file_and_one_that_holds_no_certificate_are_named(string name)
    {
        _ours.WriteNode(_folder);
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, "no certificate");
        Assert.Contains(file, Refusal(), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains($"{file} is missing: make it with distributed-node certificates", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_authority_one_that_has_ended_and_a_key_that_others_can_read_are_refused()
    {
        _ours.WriteNode(_folder, authorities: _theirs.AuthorityPem);
        Assert.Contains("of another authority", Refusal(), StringComparison.Ordinal);
        _ours.WriteNode(_folder, validity: TimeSpan.FromDays(-1));
        Assert.Contains("renew it", Refusal(), StringComparison.Ordinal);
        _ours.WriteNode(_folder);
        if (OperatingSystem.IsWindows()) return; // files have no such modes there
        var key = Path.Combine(_folder, CertificateNames.NodeKey);
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherExecute); // a closed folder keeps them out too
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains($"chmod 600 {key}", Refusal(), StringComparison.Ordinal);
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        Assert.Null(Open().Refuse(Open().Certificate));
    }

    [Fact]
    public void A_certificate_for_servers_alone_and_an_authority_of_the_same_name_make_no_node()
    {
        var identity = ClusterIdentity.Open(_ours.WriteNode(_folder), NullLogger.Instance, _clock);
        using var other = Open("other", _theirs); // an authority of the same name, with another key
        Assert.NotNull(identity.Refuse(other));
        Assert.NotNull(identity.Refuse(null));
        using var authority = CertificateMaker.MakeAuthority("test authority", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        Assert.NotNull(identity.Refuse(authority));
    }

    [Fact]
    public void Changed_files_are_read_again_after_a_second_and_files_that_cannot_be_used_change_nothing()
    {
        _ours.WriteNode(_folder);
        var identity = Open();
        using var theirs = Open("theirs", _theirs);
        var first = identity.Certificate.Thumbprint;
        _ours.WriteNode(_folder, authorities: _ours.AuthorityPem + "\n" + _theirs.AuthorityPem);
        Assert.NotNull(identity.Refuse(theirs));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(identity.Refuse(theirs));
        var second = identity.Certificate.Thumbprint;
        Assert.NotEqual(first, second);

        File.WriteAllText(Path.Combine(_folder, CertificateNames.Node), "half a file");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, identity.Certificate.Thumbprint);
        Assert.Null(identity.Refuse(theirs));

        // The other authority alone: the cluster has moved to it.
        _theirs.WriteNode(_folder);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(identity.Refuse(theirs));
        Assert.NotNull(identity.Refuse(Open("ours", _ours)));
    }

    private System.Security.Cryptography.X509Certificates.X509Certificate2 Open(string name, TestCertificates authority)
    {
        var folder = Path.Combine(_folder, name);
        return ClusterIdentity.Open(authority.WriteNode(folder), NullLogger.Instance).Certificate;
    }
}
