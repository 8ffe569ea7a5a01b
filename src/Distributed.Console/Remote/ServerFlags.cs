using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Api.Client;
using Distributed.Console.Options;
using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;
using Distributed.Transport.Files;

namespace Distributed.Console.Remote;

/// <summary>The server of a command (<c>--server</c> or <c>DTRAIN_SERVER</c>) and its API key. A key is never on a command line, where every user of the machine can read it.</summary>
internal sealed class ServerFlags
{
    private const string ServerVariable = "DTRAIN_SERVER", KeyVariable = "DTRAIN_API_KEY", KeyFileVariable = "DTRAIN_API_KEY_FILE", AuthorityVariable = "DTRAIN_AUTHORITY";
    private const long LongestKeyFile = 4096;

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _server = new("--server") { Description = $"a gateway of a cluster (default: {ServerVariable})", HelpName = "URL" };
    private readonly Option<string> _keyFile = new("--api-key-file")
    {
        Description = $"a file with the API key (default: {KeyVariable}, or the file in {KeyFileVariable})",
        HelpName = "FILE",
    };

    private readonly Option<string> _authority = new("--authority")
    {
        Description = $"the cluster's authority.pem, when the server shows a certificate of it (default: {AuthorityVariable})",
        HelpName = "FILE",
    };

    public ServerFlags(ConsoleEnvironment environment) => _environment = environment;

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_keyFile);
        command.Options.Add(_authority);
    }

    /// <summary>Whether a server is named, by the option or else by the environment.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="orElse">Whether the command line names something else to work on, which wins over the environment.</param>
    public bool IsNamed(ParseResult parsed, bool orElse = false) =>
        parsed.GetValue(_server) is not null || (!orElse && !string.IsNullOrEmpty(_environment.Variable(ServerVariable)));

    /// <summary>A client of the named server; nothing is sent yet.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="notice">Called when a connection broke and is retried.</param>
    /// <exception cref="UsageException">No server is named, or its address or the key is invalid.</exception>
    public HttpTrainingClient Open(ParseResult parsed, Action<string> notice)
    {
        var (text, origin) = parsed.GetValue(_server) is { } given ? (given, "--server") : (_environment.Variable(ServerVariable), ServerVariable);
        if (string.IsNullOrEmpty(text))
            throw new UsageException($"'dtrain {CommandPath.Of(parsed.CommandResult)}' needs --server URL or {ServerVariable}: a gateway of a cluster, such as http://127.0.0.1:8080");
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new UsageException($"{origin}: '{text}' is not the address of a server: expected http://HOST:PORT or https://HOST");
        var key = Key(parsed);
        var handler = _environment.CreateHandler();
        if (Authorities(parsed) is { } authorities && handler is SocketsHttpHandler sockets) sockets.Trust(authorities);
        return new HttpTrainingClient(address, key, handler, _environment.Clock, notice);
    }

    /// <summary>Environment variables with which other commands talk to the same server, unless they name another.</summary>
    /// <exception cref="UsageException">The server's address or the key is invalid.</exception>
    public Func<string, string?> VariablesFor(ParseResult parsed)
    {
        if (IsNamed(parsed)) Open(parsed, _ => { }).Dispose();
        var (server, keyFile, authority) = (parsed.GetValue(_server), parsed.GetValue(_keyFile), parsed.GetValue(_authority));
        return name => name switch
        {
            ServerVariable => server ?? _environment.Variable(name),
            KeyVariable when keyFile is not null => null,
            KeyFileVariable => keyFile ?? _environment.Variable(name),
            AuthorityVariable => authority ?? _environment.Variable(name),
            _ => _environment.Variable(name),
        };
    }

    private string? Key(ParseResult parsed)
    {
        var file = parsed.GetValue(_keyFile);
        if (file is null && _environment.Variable(KeyVariable) is { Length: > 0 } key) return Checked(key.Trim(), KeyVariable);
        file ??= _environment.Variable(KeyFileVariable);
        if (string.IsNullOrEmpty(file)) return null;
        try
        {
            if (PrivateFile.Refuse(file) is { } open) throw new UsageException($"--api-key-file: {file} {open}");
            return new FileInfo(file).Length <= LongestKeyFile
                ? Checked(File.ReadAllText(file).Trim(), file)
                : throw new UsageException($"{file}: longer than {LongestKeyFile} bytes; expected a file with one API key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--api-key-file: {file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The authorities that are trusted instead of this machine's; null for those.</summary>
    private X509Certificate2Collection? Authorities(ParseResult parsed)
    {
        var (file, origin) = parsed.GetValue(_authority) is { } given ? (given, "--authority") : (_environment.Variable(AuthorityVariable), AuthorityVariable);
        if (string.IsNullOrEmpty(file)) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"{origin}: {file} cannot be read: {e.Message}", e);
        }
        return authorities.Count > 0 ? authorities : throw new UsageException($"{origin}: {file} holds no certificate: give the cluster's authority.pem");
    }

    /// <summary>The message never shows the key.</summary>
    private static string Checked(string key, string origin) => key.Length > 0 && key.All(c => c is > ' ' and <= '~')
        ? key
        : throw new UsageException($"{origin}: no API key; expected printable characters without blanks");
}
