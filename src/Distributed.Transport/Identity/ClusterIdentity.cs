using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Identity;

/// <summary>
/// A node's proof that it belongs to the cluster, and its check of others: a certificate with a private key, and the authorities whose nodes it
/// accepts. The files are read again when they change, so that certificates are renewed, and authorities replaced, without a restart; files that
/// cannot be used are reported and the ones in use stay. Thread-safe.
/// </summary>
public sealed class ClusterIdentity
{
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private Credentials _credentials;
    private string _read;
    private long _looked;

    private ClusterIdentity(string folder, ILogger logger, TimeProvider clock)
    {
        (_folder, _logger, _clock) = (folder, logger, clock);
        _read = Stamp();
        _looked = clock.GetTimestamp();
        _credentials = Credentials.Read(folder);
    }

    /// <summary>The node's certificate with its private key.</summary>
    public X509Certificate2 Certificate => Current().Certificate;

    /// <summary>The same, ready for a server's connections.</summary>
    public SslStreamCertificateContext Context => Current().Context;

    /// <summary>Reads a folder with the files of <see cref="CertificateNames"/>.</summary>
    /// <exception cref="IdentityException">They cannot be used.</exception>
    public static ClusterIdentity Open(string folder, ILogger logger, TimeProvider? clock = null) => new(folder, logger, clock ?? TimeProvider.System);

    /// <summary>Why the holder of a certificate is no node of this cluster; null when it is one.</summary>
    public string? Refuse(X509Certificate? certificate) => certificate switch
    {
        null => "there is no certificate",
        X509Certificate2 given => MembershipCheck.Refuse(given, Current().Authorities),
        _ => MembershipCheck.Refuse(new X509Certificate2(certificate), Current().Authorities),
    };

    /// <summary>The options of a connection that this node answers. The other side has to prove that it is a node.</summary>
    /// <param name="onRefused">Hears why a certificate is refused.</param>
    internal SslServerAuthenticationOptions AnswerOptions(Action<string> onRefused) => new()
    {
        ServerCertificateContext = Context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Accept(certificate, onRefused),
    };

    /// <summary>The options of a connection that this node makes, to any node of the cluster: a certificate proves membership, not a name.</summary>
    /// <param name="onRefused">Hears why a certificate is refused.</param>
    internal SslClientAuthenticationOptions DialOptions(Action<string> onRefused) => new()
    {
        TargetHost = "node",
        ClientCertificateContext = Context,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Accept(certificate, onRefused),
    };

    private bool Accept(X509Certificate? certificate, Action<string> onRefused)
    {
        if (Refuse(certificate) is not { } reason) return true;
        onRefused(reason);
        return false;
    }

    private Credentials Current()
    {
        lock (_lock)
        {
            if (_clock.GetElapsedTime(_looked) < LookPause) return _credentials;
            _looked = _clock.GetTimestamp();
            var stamp = Stamp();
            if (stamp == _read) return _credentials;
            _read = stamp;
            try
            {
                // The old ones are not disposed: connections may still be made with them.
                _credentials = Credentials.Read(_folder);
                _logger.LogInformation("The certificates in {Folder} have been read again", _folder);
            }
            catch (IdentityException e)
            {
                _logger.LogError("The changed certificates in {Folder} are not used, the ones before are: {Reason}", _folder, e.Message);
            }
            return _credentials;
        }
    }

    /// <summary>When each file was last written: a change of any of them is a reason to read all.</summary>
    private string Stamp() => string.Join(' ', new[] { CertificateNames.Authorities, CertificateNames.Node, CertificateNames.NodeKey }
        .Select(name => new FileInfo(Path.Combine(_folder, name)) is { Exists: true } file ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "missing"));
}
