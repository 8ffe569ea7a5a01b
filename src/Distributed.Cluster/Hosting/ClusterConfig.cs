using Akka.Configuration;

namespace Distributed.Cluster.Hosting;

/// <summary>The cluster-config files embedded in the assembly.</summary>
public static class ClusterConfig
{
    /// <summary>The configuration shared by all nodes: common.conf.</summary>
    public static Config Common => Read("common.conf");

    /// <summary>The overlay of the one-process cluster: embedded.conf.</summary>
    public static Config Embedded => Read("embedded.conf");

    /// <summary>The overlay for the role coordinator.</summary>
    public static Config Coordinator => Read("coordinator.conf");

    /// <summary>The overlay for the role parameter-server.</summary>
    public static Config ParameterServer => Read("parameter-server.conf");

    /// <summary>The overlay for the role worker.</summary>
    public static Config Worker => Read("worker.conf");

    private static Config Read(string name)
    {
        using var stream = typeof(ClusterConfig).Assembly.GetManifestResourceStream($"cluster-config/{name}")
            ?? throw new InvalidOperationException($"the assembly does not carry {name}");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
