using System.Globalization;
using System.Net;
using Akka.Configuration;
using Distributed.Cluster;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>The settings of a node, read from flags and environment variables and checked before anything is started.</summary>
internal sealed record NodeSettings(ClusterNodeOptions Node, LogLevel Log)
{
    private static readonly string[] KnownRoles = [NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker];

    /// <summary>Reads and checks.</summary>
    /// <param name="args">The command line; flags are stronger than variables.</param>
    /// <param name="variable">Reads an environment variable; null when it is not set.</param>
    /// <exception cref="SettingException">A setting is wrong or missing.</exception>
    public static NodeSettings Read(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        var values = SettingValues.Read(args, variable);
        var roles = Roles(values);
        var hostname = values.Text(NodeSetting.Hostname) ?? "127.0.0.1";
        var node = new ClusterNodeOptions
        {
            Roles = roles,
            Hostname = hostname,
            Port = values.Number(NodeSetting.Port, 0, ushort.MaxValue) ?? 0,
            SeedNodes = Seeds(values),
            DataPort = values.Number(NodeSetting.DataPort, 0, ushort.MaxValue) ?? 0,
            Threads = values.Number(NodeSetting.Threads, 1, 1024) ?? Environment.ProcessorCount,
            Workers = values.Number(NodeSetting.Workers, 1, 256) ?? 1,
            Secret = Secret(values, hostname),
            Overrides = Overrides(values),
        };
        return new NodeSettings(node with { Store = Store(values, node.IsCore) }, Level(values));
    }

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
                seed.AsSpan(0, colon).ContainsAny('/', '@', '"'))
                throw values.Wrong(NodeSetting.SeedNodes, $"names '{seed}': it must be host:port");
        }
        return seeds;
    }

    private static StoreSettings? Store(SettingValues values, bool isNeeded)
    {
        if (values.Text(NodeSetting.Store) is not { } text)
            return isNeeded ? throw values.Wrong(NodeSetting.Store, "is missing: coordinators and parameter servers need a SQLite file or a PostgreSQL connection string") : null;
        try
        {
            return StoreSettings.Parse(text);
        }
        catch (ArgumentException e)
        {
            throw values.Wrong(NodeSetting.Store, $"cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string? Secret(SettingValues values, string hostname)
    {
        if (values.Text(NodeSetting.SecretFile) is not { } path)
        {
            var isLoopback = hostname == "localhost" || (IPAddress.TryParse(hostname, out var address) && IPAddress.IsLoopback(address));
            return isLoopback ? null : throw values.Wrong(NodeSetting.SecretFile, $"is missing: with the host name {hostname} others can reach this node, so all nodes need a shared secret");
        }
        var secret = values.Read(NodeSetting.SecretFile, path).Trim();
        return secret.Length > 0 ? secret : throw values.Wrong(NodeSetting.SecretFile, $"names {path}, which is empty");
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
}
