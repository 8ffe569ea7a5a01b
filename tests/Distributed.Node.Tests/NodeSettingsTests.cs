using Distributed.Cluster;

namespace Distributed.Node.Tests;

public sealed class NodeSettingsTests
{
    private static readonly string[] Worker = ["--roles", "worker", "--seed-nodes", "127.0.0.1:4800"];

    [Fact]
    public void A_worker_needs_its_role_and_a_seed_alone()
    {
        var node = Read(Worker).Node;
        Assert.Equal([NodeRoles.Worker], node.Roles);
        Assert.Equal(["127.0.0.1:4800"], node.SeedNodes);
        Assert.Equal("127.0.0.1", node.Hostname);
        Assert.Equal(Environment.ProcessorCount, node.Threads);
        Assert.Null(node.Store);
        Assert.Null(node.Secret);
    }

    [Fact]
    public void Flags_are_stronger_than_variables()
    {
        var variables = new Dictionary<string, string>
        {
            ["DISTRIBUTED_ROLES"] = "coordinator, parameter-server",
            ["DISTRIBUTED_STORE"] = "Host=db;Username=u;Password=p;Database=d",
            ["DISTRIBUTED_THREADS"] = "3",
            ["DISTRIBUTED_DATA_PORT"] = "4801",
            ["DISTRIBUTED_SEED_NODES"] = "a:1,b:2",
        };
        var node = NodeSettings.Read(["--threads=2"], variables.GetValueOrDefault).Node;
        Assert.Equal(2, node.Threads);
        Assert.Equal(4801, node.DataPort);
        Assert.Equal(["a:1", "b:2"], node.SeedNodes);
        Assert.True(node.IsCore);
        Assert.StartsWith("PostgreSQL", node.Store!.Provider, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--roles is missing", "--seed-nodes", "a:1")]
    [InlineData("names 'boss'", "--roles", "worker,boss", "--seed-nodes", "a:1")]
    [InlineData("--seed-nodes is missing", "--roles", "worker")]
    [InlineData("must be host:port", "--roles", "worker", "--seed-nodes", "akka.tcp://x@a:1")]
    [InlineData("must be host:port", "--roles", "worker", "--seed-nodes", "a:0")]
    [InlineData("must be host:port", "--roles", "worker", "--seed-nodes", "a")]
    [InlineData("from 0 to 65535", "--roles", "worker", "--seed-nodes", "a:1", "--port", "70000")]
    [InlineData("from 1 to", "--roles", "worker", "--seed-nodes", "a:1", "--threads", "0")]
    [InlineData("from 1 to", "--roles", "worker", "--seed-nodes", "a:1", "--workers", "-1")]
    [InlineData("--store is missing", "--roles", "coordinator", "--seed-nodes", "a:1")]
    [InlineData("--store cannot be used", "--roles", "coordinator", "--seed-nodes", "a:1", "--store", "Host=x;Nonsense=1")]
    [InlineData("--store cannot be used", "--roles", "coordinator", "--seed-nodes", "a:1", "--store", "Server=x")]
    [InlineData("shared secret", "--roles", "worker", "--seed-nodes", "a:1", "--hostname", "node-7")]
    [InlineData("cannot be read", "--roles", "worker", "--seed-nodes", "a:1", "--secret-file", "/no/such/file")]
    [InlineData("cannot be read", "--roles", "worker", "--seed-nodes", "a:1", "--config", "/no/such/file")]
    [InlineData("not a flag", "--rolls", "worker")]
    [InlineData("needs a value", "--roles")]
    [InlineData("given twice", "--roles", "worker", "--roles", "coordinator")]
    [InlineData("is empty", "--roles=", "--seed-nodes", "a:1")]
    [InlineData("must be debug", "--roles", "worker", "--seed-nodes", "a:1", "--log", "loud")]
    public async Task A_wrong_setting_ends_the_process_with_one_line_and_code_2(string reason, params string[] args)
    {
        var error = new StringWriter();
        Assert.Equal(ExitCode.BadSetting, await NodeApplication.RunAsync(args, _ => null, TextWriter.Null, error));
        var line = Assert.Single(error.ToString().TrimEnd().Split('\n'));
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_variable_is_named_by_its_own_name()
    {
        var failure = Assert.Throws<SettingException>(() => NodeSettings.Read(Worker, name => name == "DISTRIBUTED_PORT" ? "many" : null));
        Assert.StartsWith("DISTRIBUTED_PORT is 'many'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_names_every_flag_and_variable()
    {
        var output = new StringWriter();
        Assert.Equal(0, await NodeApplication.RunAsync(["--help"], _ => null, output, TextWriter.Null));
        foreach (var setting in NodeSetting.All)
        {
            Assert.Contains(setting.Flag, output.ToString(), StringComparison.Ordinal);
            Assert.Contains(setting.Variable, output.ToString(), StringComparison.Ordinal);
        }
    }

    private static NodeSettings Read(params string[] args) => NodeSettings.Read(args, _ => null);
}
