using System.Globalization;
using System.Net;
using Akka.Configuration;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Configuration;

/// <summary>The settings of a node, read from flags and environment variables and checked before anything is started.</summary>
/// <param name="Node">The node; its host name is <see cref="Auto"/> until it was found.</param>
/// <param name="Log">How much is logged.</param>
/// <param name="HealthFile">Where its state is written; null for nowhere.</param>
/// <param name="Http">How HTTP is served; null for not at all.</param>
internal sealed record NodeSettings(ClusterNodeOptions Node, LogLevel Log, string? HealthFile, HttpSettings? Http = null)
{
    private const string Auto = "auto";

    private static readonly string[] KnownRoles = [NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker, NodeRoles.Gateway];

    /// <summary>Reads and checks.</summary>
    /// <exception cref="NodeSettingException">A setting is wrong or missing.</exception>
    public static NodeSettings Read(SettingValues values)
    {
        var roles = Roles(values);
        var hostname = HostnameOf(values);
        var listen = Listen(values) ?? (hostname == Auto ? "0.0.0.0" : null);
        var node = new ClusterNodeOptions
        {
            Roles = roles,
            Hostname = hostname,
            ListenAddress = listen,
            Port = values.Number(NodeSetting.Port, 0, ushort.MaxValue) ?? 0,
            SeedNodes = Seeds(values),
            LeastCoreNodes = (values.Number(NodeSetting.CoreNodes, 1, 99) ?? 1) / 2 + 1,
            DataPort = values.Number(NodeSetting.DataPort, 0, ushort.MaxValue) ?? 0,
            Threads = values.Number(NodeSetting.Threads, 1, 1024) ?? Environment.ProcessorCount,
            Workers = values.Number(NodeSetting.Workers, 1, 256) ?? 1,
            MaximumRunningJobs = values.Number(NodeSetting.MaxJobs, 1, 1_000) ?? 1,
            DataFolder = values.Text(NodeSetting.DataDir) is { } folder ? Path.Combine(folder, "samples") : null,
            DataCacheBytes = values.Bytes(NodeSetting.DataCache, 1 << 20, 1L << 50) ?? 8L << 30,
            Secret = Secret(values),
            Overrides = Overrides(values),
        };
        var store = Store(values, node.IsCore || roles.Contains(NodeRoles.Gateway));
        return new NodeSettings(
            node with { Store = store }, Level(values), values.Text(NodeSetting.HealthFile), HttpSettingsReader.Read(values, roles, store?.SqlitePath))
        {
            CertificateFolder = Certificates(values, hostname, listen),
        };
    }

    /// <summary>The folder of the node's certificates; null for a node without.</summary>
    public string? CertificateFolder { get; init; }

    /// <summary>Whether other machines can reach a node that authenticates none of them.</summary>
    public bool IsInsecure => ListensBeyondLoopback && CertificateFolder is null;

    /// <summary>Whether the name server supplies this node's name and the nodes behind a seed's name.</summary>
    public bool AsksForNames => Node.Hostname == Auto;

    /// <summary>Whether it listens where other machines can reach it.</summary>
    public bool ListensBeyondLoopback => IsReachable(Node.Hostname, Node.ListenAddress);

    private static bool IsReachable(string hostname, string? listen) => !IPAddress.TryParse(listen ?? hostname, out var address) || !IPAddress.IsLoopback(address);

    private static HashSet<string> Roles(SettingValues values)
    {
        var roles = values.List(NodeSetting.Roles);
        if (roles.Count == 0) throw values.Wrong(NodeSetting.Roles, $"is missing: name one or more of {string.Join(", ", KnownRoles)}");
        foreach (var role in roles)
            if (!KnownRoles.Contains(role)) throw values.Wrong(NodeSetting.Roles, $"names '{role}': the roles are {string.Join(", ", KnownRoles)}");
        return [.. roles];
    }

    private static IReadOnlyList<string> Seeds(SettingValues values)
    {
        var seeds = values.List(NodeSetting.SeedNodes);
        if (seeds.Count == 0) throw values.Wrong(NodeSetting.SeedNodes, "is missing: name host:port of at least one node; the first node of a cluster names itself");
        foreach (var seed in seeds)
        {
            var colon = seed.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(seed.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0 ||
                Uri.CheckHostName(seed[..colon]) is UriHostNameType.Unknown || (seed.AsSpan(0, colon).Contains(':') && seed[0] != '['))
                throw values.Wrong(NodeSetting.SeedNodes, $"names '{seed}': it must be host:port, with an IPv6 address in brackets as [::1]:4800");
        }
        return [.. seeds.Select(seed => Canonical(seed[..seed.LastIndexOf(':')]) + seed[seed.LastIndexOf(':')..])];
    }

    private static StoreSettings? Store(SettingValues values, bool isNeeded)
    {
        if (values.Text(NodeSetting.Store) is not { } text)
            return isNeeded ? throw values.Wrong(NodeSetting.Store, "is missing: coordinators, parameter servers and gateways need a SQLite file or a PostgreSQL connection string") : null;
        try
        {
            var store = StoreSettings.Parse(text);
            if (values.Text(NodeSetting.StorePasswordFile) is not { } path) return store;
            return store.SqlitePath is null
                ? store.WithPassword(Password(values, path))
                : throw values.Wrong(NodeSetting.StorePasswordFile, "is set, but --store names a SQLite file, which has no password");
        }
        catch (ArgumentException e)
        {
            throw values.Wrong(NodeSetting.Store, $"cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string Password(SettingValues values, string path) =>
        values.ReadSecret(NodeSetting.StorePasswordFile, path).TrimEnd('\r', '\n') is { Length: > 0 } password
            ? password
            : throw values.Wrong(NodeSetting.StorePasswordFile, $"names {path}, which is empty");

    private static string HostnameOf(SettingValues values)
    {
        var text = Canonical(values.Text(NodeSetting.Hostname) ?? IPAddress.Loopback.ToString()).Trim('[', ']');
        if (Uri.CheckHostName(text) is UriHostNameType.Unknown) throw values.Wrong(NodeSetting.Hostname, $"is '{text}': it must be a name or an address of this machine");
        return IPAddress.TryParse(text, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? throw values.Wrong(NodeSetting.Hostname, $"is {text}, under which no other node reaches this one: give its name or address, and {NodeSetting.Listen.Flag} {text} to listen everywhere")
            : text;
    }

    private static string? Listen(SettingValues values)
    {
        if (values.Text(NodeSetting.Listen) is not { } text) return null;
        return IPAddress.TryParse(text, out var address) ? address.ToString() : throw values.Wrong(NodeSetting.Listen, $"is '{text}': it must be an address, like 0.0.0.0");
    }

    private static string? Secret(SettingValues values)
    {
        if (values.Text(NodeSetting.SecretFile) is not { } path) return null;
        var secret = values.ReadSecret(NodeSetting.SecretFile, path).Trim();
        return secret.Length > 0 ? secret : throw values.Wrong(NodeSetting.SecretFile, $"names {path}, which is empty");
    }

    /// <summary>The folder of the node's certificates; null when it needs none.</summary>
    private static string? Certificates(SettingValues values, string hostname, string? listen)
    {
        if (values.Text(NodeSetting.Certificates) is { } folder)
        {
            return Directory.Exists(folder) ? Path.GetFullPath(folder)
                : throw values.Wrong(NodeSetting.Certificates, $"names {folder}, which is no folder: make it with distributed-node certificates --out {folder}");
        }
        if (!IsReachable(hostname, listen) || values.IsOn(NodeSetting.Insecure)) return null;
        throw values.Wrong(
            NodeSetting.Certificates,
            $"is missing: {(listen is null ? $"with the host name {hostname}" : $"listening at {listen}")} others can reach this node, so all nodes need certificates. " +
            $"Make them with distributed-node certificates --out DIR, and start each node with {NodeSetting.Certificates.Flag} DIR; " +
            $"{NodeSetting.Insecure.Flag} yes starts it without, open to everybody who reaches it");
    }

    private static Config? Overrides(SettingValues values)
    {
        if (values.Text(NodeSetting.Config) is not { } path) return null;
        var text = values.Read(NodeSetting.Config, path);
        try
        {
            return ConfigurationFactory.ParseString(text);
        }
        catch (Exception e)
        {
            throw values.Wrong(NodeSetting.Config, $"names {path}, which is not HOCON: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static LogLevel Level(SettingValues values) => values.Text(NodeSetting.Log)?.ToLowerInvariant() switch
    {
        null or "information" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        var other => throw values.Wrong(NodeSetting.Log, $"is '{other}': it must be debug, information, warning or error"),
    };

    /// <summary>Replaces "localhost" by the loopback address that nodes listen at by default; other names and addresses stay.</summary>
    private static string Canonical(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback.ToString() : host;
}
