using System.Security.Cryptography.X509Certificates;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Node.Tests.Certificates;

/// <summary><c>distributed-node certificates</c>: from nothing to nodes that know each other, and from one authority to the next.</summary>
public sealed class CertificatesCommandTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("certificates-").FullName, "made");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await NodeApplication.RunAsync(["certificates", .. args], _ => null, output, error);
        return (code, output.ToString(), error.ToString().TrimEnd());
    }

    private ClusterIdentity Open() => ClusterIdentity.Open(_folder, NullLogger.Instance);

    private async Task MakeAsync(params string[] args)
    {
        var (code, _, error) = await RunAsync(["--out", _folder, .. args]);
        Assert.Equal("", error);
        Assert.Equal(ExitCode.Left, code);
    }

    [Fact]
    public async Task The_first_run_makes_all_files_and_the_next_one_renews_the_certificate_alone()
    {
        await MakeAsync("--host", "gateway.example", "--host", "10.0.0.7");
        var first = Open();
        Assert.Null(first.Refuse(first.Certificate));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, CertificateNames.NodeKey)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, CertificateNames.AuthorityKey)));
        }
        Assert.True(first.Certificate.MatchesHostname("gateway.example"));
        Assert.True(first.Certificate.MatchesHostname("localhost"));
        Assert.True(first.Certificate.MatchesHostname("10.0.0.7"));
        Assert.False(first.Certificate.MatchesHostname("elsewhere.example"));
        var authority = File.ReadAllText(Path.Combine(_folder, CertificateNames.Authorities));

        await MakeAsync("--days", "7");
        var second = Open();
        Assert.NotEqual(first.Certificate.Thumbprint, second.Certificate.Thumbprint);
        Assert.True(second.Certificate.NotAfter < DateTime.Now.AddDays(8));
        Assert.Equal(authority, File.ReadAllText(Path.Combine(_folder, CertificateNames.Authorities)));
        Assert.Null(first.Refuse(second.Certificate));
    }

    [Fact]
    public async Task A_new_authority_replaces_the_old_one_in_three_steps_and_nodes_know_each_other_at_each()
    {
        await MakeAsync();
        var before = Certificate();
        await MakeAsync("--new-authority");
        Assert.Equal(before.Thumbprint, Certificate().Thumbprint);
        await MakeAsync();
        var (after, both) = (Certificate(), Open());
        Assert.Null(both.Refuse(before));
        Assert.Null(both.Refuse(after));
        await MakeAsync("--forget-old");
        Assert.NotNull(Open().Refuse(before));
        Assert.Null(Open().Refuse(after));

        X509Certificate2 Certificate() => Open().Certificate;
    }

    [Fact]
    public async Task The_old_authority_is_not_forgotten_while_the_nodes_certificate_is_of_it()
    {
        await MakeAsync();
        await MakeAsync("--new-authority");
        var (code, _, error) = await RunAsync("--out", _folder, "--forget-old");
        Assert.Equal(ExitCode.BadSetting, code);
        Assert.Contains("make a new one first, and put it on every node", error, StringComparison.Ordinal);
        Assert.Null(Open().Refuse(Open().Certificate));
    }

    [Theory]
    [InlineData("--out", "required")]
    [InlineData("it must be 1 to 3650", "--out", "@", "--days", "0")]
    [InlineData("it must be a name or an address", "--out", "@", "--host", "a b")]
    [InlineData("run one, then the other", "--out", "@", "--new-authority", "--forget-old")]
    [InlineData("/dev/null", "--out", "/dev/null/folder")]
    [InlineData("--nonsense", "--out", "@", "--nonsense")]
    public async Task A_wrong_flag_ends_with_one_line_and_code_2(string reason, params string[] args)
    {
        var (code, _, error) = await RunAsync([.. args.Where(arg => arg != "required").Select(arg => arg == "@" ? _folder : arg)]);
        Assert.Equal(ExitCode.BadSetting, code);
        Assert.Contains(reason, Assert.Single(error.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authoritys_key_can_be_kept_in_a_folder_of_its_own()
    {
        var keys = _folder + "-keys";
        await MakeAsync("--authority", keys);
        Assert.True(File.Exists(Path.Combine(keys, CertificateNames.AuthorityKey)));
        Assert.False(File.Exists(Path.Combine(_folder, CertificateNames.AuthorityKey)));
        await MakeAsync("--authority", keys, "--new-authority");
        await MakeAsync("--authority", keys);
        await MakeAsync("--authority", keys, "--forget-old");
        Assert.Null(Open().Refuse(Open().Certificate));
    }

    [Fact]
    public async Task Without_the_authoritys_key_nothing_is_made()
    {
        await MakeAsync();
        File.Delete(Path.Combine(_folder, CertificateNames.AuthorityKey));
        var (code, _, error) = await RunAsync("--out", _folder);
        Assert.Equal(ExitCode.BadSetting, code);
        Assert.Contains("certificates are made where the authority's key is kept", error, StringComparison.Ordinal);
    }
}
