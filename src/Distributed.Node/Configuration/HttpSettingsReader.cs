using System.Globalization;
using System.Net;
using Distributed.Cluster.Messages;
using Distributed.Node.Keys;

namespace Distributed.Node.Configuration;

/// <summary>Reads the settings of the HTTP server from flags and variables, and checks them before anything is started.</summary>
internal static class HttpSettingsReader
{
    /// <summary>The default address of a gateway.</summary>
    private const int DefaultPort = 8080;

    /// <summary>The variable that holds the keys themselves, where no file does. A flag would show them to every user of the machine.</summary>
    public const string KeysVariable = "DISTRIBUTED_API_KEYS";

    private const string AuditName = "audit.jsonl";

    /// <summary>Reads; null for a node without HTTP.</summary>
    /// <param name="values">Flags and variables.</param>
    /// <param name="roles">The node's roles.</param>
    /// <param name="storeFile">The store, where it is a file.</param>
    /// <exception cref="NodeSettingException">A setting is wrong or missing, or the API would be open.</exception>
    public static HttpSettings? Read(SettingValues values, IReadOnlySet<string> roles, string? storeFile)
    {
        var isGateway = roles.Contains(NodeRoles.Gateway);
        var health = Address(values, NodeSetting.Health);
        if (!isGateway && values.Text(NodeSetting.Http) is null && health is null) return null;
        var http = Address(values, NodeSetting.Http) ?? (isGateway ? new IPEndPoint(IPAddress.Loopback, DefaultPort) : null);
        var address = http ?? health!;
        var keys = Keys(values);
        var tokens = Tokens(values);
        if (isGateway && keys.IsEmpty && tokens is null && !IPAddress.IsLoopback(address.Address) && !values.IsOn(NodeSetting.AllowAnonymous))
        {
            throw values.Wrong(
                NodeSetting.Http,
                $"is {address}: others can reach it there, so it needs API keys ({NodeSetting.ApiKeysFile.Flag} FILE or the variable {KeysVariable}), tokens ({NodeSetting.TokenServer.Flag} URL), or {NodeSetting.AllowAnonymous.Flag} yes to let everybody do everything");
        }
        var folder = Path.GetFullPath(values.Text(NodeSetting.DataDir) ?? DefaultDataFolder(values));
        return new HttpSettings
        {
            Address = address,
            HealthAddress = http is null ? null : health,
            IsGateway = isGateway,
            DataFolder = folder,
            StoreFile = storeFile,
            AuditFile = isGateway ? Path.GetFullPath(values.Text(NodeSetting.Audit) ?? (storeFile is null ? Path.Combine(folder, AuditName) : $"{storeFile}.{AuditName}")) : null,
            Keys = keys,
            KeysFile = values.Text(NodeSetting.ApiKeysFile) is { } file ? Path.GetFullPath(file) : null,
            Tokens = tokens,
            Hosts = values.List(NodeSetting.HttpHosts).ToHashSet(StringComparer.OrdinalIgnoreCase),
            Limits = new HttpLimits
            {
                UploadBytes = (long)(values.Number(NodeSetting.MaxUpload, 1, 1 << 20) ?? 16 << 10) << 20,
                RequestsPerSecond = values.Number(NodeSetting.MaxRequests, 1, 1_000_000) ?? new HttpLimits().RequestsPerSecond,
                OpenFiles = OpenFileLimit.Read(),
                OpenJobs = values.Number(NodeSetting.MaxOpenJobs, 1, 10_000),
                StorageBytes = values.Bytes(NodeSetting.MaxStorage, 1, 1L << 50),
                Streams = values.Number(NodeSetting.MaxStreams, 1, 100_000) ?? new HttpLimits().Streams,
            },
        };
    }

    private static IPEndPoint? Address(SettingValues values, NodeSetting setting)
    {
        if (values.Text(setting) is not { } text) return null;
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return new IPEndPoint(IPAddress.Loopback, port);
        return IPEndPoint.TryParse(text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text, out var address) && HasPort(text)
            ? address
            : throw values.Wrong(setting, $"is '{text}': it must be a port (on loopback), or ADDRESS:PORT such as 0.0.0.0:8080");
    }

    private static bool HasPort(string text) => text.Contains("]:", StringComparison.Ordinal) || text.Count(c => c == ':') == 1;

    private static ApiKeys Keys(SettingValues values)
    {
        var (text, origin) = values.Text(NodeSetting.ApiKeysFile) is { } path
            ? (values.ReadSecret(NodeSetting.ApiKeysFile, path), $"{NodeSetting.ApiKeysFile.Flag}: {path}")
            : (values.Variable(KeysVariable), KeysVariable);
        if (text is null) return ApiKeys.None;
        try
        {
            var keys = ApiKeys.Parse(text);
            return keys.IsEmpty ? throw new NodeSettingException($"{origin}: there is no key in it: distributed-node keys add --file FILE makes one") : keys;
        }
        catch (FormatException e)
        {
            throw new NodeSettingException($"{origin}: {e.Message}");
        }
    }

    private static TokenSettings? Tokens(SettingValues values)
    {
        var (server, audience, claim) = (values.Text(NodeSetting.TokenServer), values.Text(NodeSetting.TokenAudience), values.Text(NodeSetting.TokenRoles));
        if (server is null)
        {
            return audience is null && claim is null ? null
                : throw values.Wrong(audience is null ? NodeSetting.TokenRoles : NodeSetting.TokenAudience, $"is set, but {NodeSetting.TokenServer.Flag} is not: name the server of the tokens");
        }
        if (!Uri.TryCreate(server, UriKind.Absolute, out var authority) || !(authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
            throw values.Wrong(NodeSetting.TokenServer, $"is '{server}': it must be an address such as https://login.example");
        return new TokenSettings(
            authority, audience ?? throw values.Wrong(NodeSetting.TokenAudience, "is missing: a token for another audience must not open this API"), claim ?? TokenSettings.DefaultRoleClaim);
    }

    private static string DefaultDataFolder(SettingValues values) => Path.Combine(
        values.Variable("XDG_DATA_HOME") is { } data && Path.IsPathFullyQualified(data)
            ? data
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } home ? home : Path.GetTempPath(),
        "distributed-node");
}
