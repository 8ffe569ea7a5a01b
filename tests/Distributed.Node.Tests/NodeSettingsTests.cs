using Distributed.Cluster.Messages;
using Distributed.Node.Configuration;

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
        var node = NodeSettings.Read(SettingValues.Read(["--threads=2"], variables.GetValueOrDefault)).Node;
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
    [InlineData("with the host name node-7 others can reach this node, so all nodes need certificates. Make them with distributed-node certificates --out DIR", "--roles", "worker", "--seed-nodes", "a:1", "--hostname", "node-7")]
    [InlineData("which is no folder: make it with distributed-node certificates --out /no/such/folder", "--roles", "worker", "--seed-nodes", "a:1", "--certificates", "/no/such/folder")]
    [InlineData("authority.pem is missing: make it with", "--roles", "worker", "--seed-nodes", "127.0.0.1:1", "--certificates", "/dev")]
    [InlineData("it must be yes or no", "--roles", "worker", "--seed-nodes", "a:1", "--hostname", "node-7", "--insecure", "perhaps")]
    [InlineData("listening at 0.0.0.0 others", "--roles", "worker", "--seed-nodes", "a:1", "--listen", "0.0.0.0")]
    [InlineData("listening at 0.0.0.0 others", "--roles", "worker", "--seed-nodes", "a:1", "--hostname", "auto")]
    [InlineData("must be an address", "--roles", "worker", "--seed-nodes", "a:1", "--listen", "everywhere")]
    [InlineData("from 1 to 99", "--roles", "worker", "--seed-nodes", "a:1", "--core-nodes", "0")]
    [InlineData("has no password", "--roles", "coordinator", "--seed-nodes", "a:1", "--store", "s.db", "--store-password-file", "/no/such/file")]
    [InlineData("cannot be read", "--roles", "coordinator", "--seed-nodes", "a:1", "--store", "Host=x", "--store-password-file", "/no/such/file")]
    [InlineData("cannot be written", "--roles", "worker", "--seed-nodes", "127.0.0.1:1", "--health-file", "/no/such/folder/health")]
    [InlineData("cannot be read", "--roles", "worker", "--seed-nodes", "a:1", "--secret-file", "/no/such/file")]
    [InlineData("cannot be read", "--roles", "worker", "--seed-nodes", "a:1", "--config", "/no/such/file")]
    [InlineData("from 1MiB on", "--roles", "worker", "--seed-nodes", "a:1", "--data-cache", "8")]
    [InlineData("from 1MiB on", "--roles", "worker", "--seed-nodes", "a:1", "--data-cache", "eight GiB")]
    [InlineData("from 1MiB on", "--roles", "worker", "--seed-nodes", "a:1", "--data-cache", "-1GiB")]
    [InlineData("from 1MiB on", "--roles", "worker", "--seed-nodes", "a:1", "--data-cache", "99999999999999999999TiB")]
    [InlineData("is empty", "--roles", "worker", "--seed-nodes", "a:1", "--data-dir=")]
    [InlineData("data folder", "--roles", "worker", "--seed-nodes", "a:1", "--data-dir", "/dev/null/folder")]
    [InlineData("'--rolls' is not a flag; did you mean '--roles'?", "--rolls", "worker")]
    [InlineData("'--rolls' is not a flag; did you mean '--roles'?", "--rolls=worker")]
    [InlineData("'worker' is not a flag", "worker")]
    [InlineData("--port needs a value: PORT", "--roles", "worker", "--port")]
    [InlineData("--data-dir is empty", "--data-dir=", "--http=8080", "--roles", "worker", "--seed-nodes", "a:1")]
    [InlineData("names '@/no/such/file'", "--roles", "@/no/such/file", "--seed-nodes", "a:1")]
    [InlineData("needs a value", "--roles")]
    [InlineData("given twice", "--roles", "worker", "--roles", "coordinator")]
    [InlineData("is empty", "--roles=", "--seed-nodes", "a:1")]
    [InlineData("so it needs API keys", "--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--http", "0.0.0.0:8080")]
    [InlineData("--store is missing", "--roles", "gateway", "--seed-nodes", "a:1")]
    [InlineData("it must be a port", "--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--http", "somewhere")]
    [InlineData("it must be yes or no", "--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--http", "0.0.0.0:1", "--allow-anonymous", "maybe")]
    [InlineData("from 1 to", "--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--max-concurrent-jobs", "0")]
    [InlineData("must be debug", "--roles", "worker", "--seed-nodes", "a:1", "--log", "loud")]
    public async Task A_wrong_setting_ends_the_process_with_one_line_and_code_2(string reason, params string[] args)
    {
        var error = new StringWriter();
        Assert.Equal(ExitCode.BadSetting, await NodeApplication.RunAsync(args, _ => null, TextWriter.Null, error));
        var line = Assert.Single(error.ToString().TrimEnd().Split('\n'));
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8GiB", 8L << 30)]
    [InlineData("1.5 gib", 3L << 29)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("1048576", 1 << 20)]
    public void The_bound_of_the_data_folder_has_a_unit(string text, long bytes)
    {
        var node = Read([.. Worker, "--data-cache", text, "--data-dir", "folder"]).Node;
        Assert.Equal(bytes, node.DataCacheBytes);
        Assert.Equal(Path.Combine("folder", "samples"), node.DataFolder);
    }

    [Fact]
    public void The_password_of_a_file_goes_into_the_connection_string_without_its_line_end()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a;b'c\n");
        try
        {
            var node = Read("--roles", "coordinator", "--seed-nodes", "a:1", "--store", "Host=db;Username=u;Database=d", "--store-password-file", file).Node;
            Assert.Equal("a;b'c", new Npgsql.NpgsqlConnectionStringBuilder(node.Store!.ConnectionString).Password);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    public void A_new_cluster_needs_most_of_its_core_nodes(int coreNodes, int least) =>
        Assert.Equal(least, Read([.. Worker, "--core-nodes", $"{coreNodes}"]).Node.LeastCoreNodes);

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("127.0.0.1:9000", "--http", "9000")]
    [InlineData("[::1]:9000", "--http", "[::1]:9000")]
    [InlineData("127.0.0.1:9000", "--http", "localhost:9000")]
    [InlineData("0.0.0.0:9000", "--http", "0.0.0.0:9000", "--allow-anonymous", "yes")]
    public void A_gateway_listens_on_loopback_unless_told_otherwise(string address, params string[] flags)
    {
        var http = Read(["--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", .. flags]).Http!;
        Assert.Equal(address, http.Address.ToString());
        Assert.True(http.IsGateway);
        Assert.True(http.Keys.IsEmpty);
    }

    [Fact]
    public void Keys_come_from_a_variable_and_a_wrong_one_is_not_repeated()
    {
        string[] flags = ["--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--http", "0.0.0.0:9000"];
        Assert.False(NodeSettings.Read(SettingValues.Read(flags, name => name == "DISTRIBUTED_API_KEYS" ? "ann:write:0123456789abcdef0123" : null)).Http!.Keys.IsEmpty);
        var failure = Assert.Throws<NodeSettingException>(() => NodeSettings.Read(SettingValues.Read(flags, name => name == "DISTRIBUTED_API_KEYS" ? "ann:write:tooshort" : null)));
        Assert.Contains("DISTRIBUTED_API_KEYS: the key of line 1 is shorter", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_a_server_open_a_door_beyond_loopback_and_need_an_audience()
    {
        string[] flags = ["--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db", "--http", "0.0.0.0:9000", "--oidc-authority", "https://login.example"];
        var tokens = Read([.. flags, "--oidc-audience", "trainer", "--http-hosts", "a.example, b.example"]).Http!;
        Assert.Equal(new TokenSettings(new Uri("https://login.example"), "trainer", "roles"), tokens.Tokens);
        Assert.Equal(["a.example", "b.example"], tokens.Hosts.Order());
        Assert.Contains("--oidc-audience is missing", Assert.Throws<NodeSettingException>(() => Read(flags)).Message, StringComparison.Ordinal);
        foreach (var wrong in (string[])["http://login.example", "login.example", "ftp://login.example"])
            Assert.Contains("--oidc-authority is", Assert.Throws<NodeSettingException>(() => Read([.. flags[..^1], wrong, "--oidc-audience", "x"])).Message, StringComparison.Ordinal);
        Assert.Contains("--oidc-audience is set, but --oidc-authority is not", Assert.Throws<NodeSettingException>(() => Read([.. flags[..^2], "--oidc-audience", "x"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_the_tensor_plane_is_no_certificate()
    {
        var file = Path.GetTempFileName(); // for its owner alone
        File.WriteAllText(file, "secret");
        try
        {
            var failure = Assert.Throws<NodeSettingException>(() => Read("--roles", "worker", "--seed-nodes", "a:1", "--hostname", "node-7", "--secret-file", file));
            Assert.Contains("so all nodes need certificates", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--api-keys-file")]
    [InlineData("--secret-file")]
    [InlineData("--store-password-file")]
    public void A_secret_that_other_users_can_read_is_refused_with_the_remedy(string flag)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Directory.CreateTempSubdirectory("distributed-open-").FullName;
        try
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            var file = Path.Combine(folder, "secret");
            File.WriteAllText(file, "ann:write:0123456789abcdef0123");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            string[] flags = ["--roles", "gateway", "--seed-nodes", "a:1", "--store", flag == "--store-password-file" ? "Host=db;Username=u" : "s.db", flag, file];
            Assert.Equal($"{flag} names {file}, which can be read or written by other users: chmod 600 {file}", Assert.Throws<NodeSettingException>(() => Read(flags)).Message);
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
            Read(flags);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_audit_log_is_beside_a_store_of_one_file_and_else_in_the_data_folder()
    {
        string[] flags = ["--roles", "gateway", "--seed-nodes", "a:1", "--data-dir", "data", "--store"];
        Assert.Equal(Path.GetFullPath("s.db.audit.jsonl"), Read([.. flags, "s.db"]).Http!.AuditFile);
        Assert.Equal(Path.GetFullPath("data/audit.jsonl"), Read([.. flags, "Host=db;Username=u"]).Http!.AuditFile);
        Assert.Equal(Path.GetFullPath("who"), Read([.. flags, "s.db", "--audit", "who"]).Http!.AuditFile);
    }

    [Fact]
    public void Connections_leave_files_to_open()
    {
        Assert.Equal(400, OpenFileLimit.Parse(["Limit                     Soft Limit           Hard Limit           Units", "Max open files            400                  1024                 files"]));
        Assert.Equal(int.MaxValue, OpenFileLimit.Parse(["Max open files            unlimited            unlimited            files"]));
        Assert.Equal(int.MaxValue, OpenFileLimit.Parse([]));
        var limits = new HttpLimits { OpenFiles = 1_024 };
        Assert.Equal((341, 256, 170), (limits.Connections, limits.ConnectionsPerSource, limits.IdleConnections));
        limits = new HttpLimits();
        Assert.Equal((2_000, 1_500, 500), (limits.Connections, limits.ConnectionsPerSource, limits.IdleConnections));
    }

    [Fact]
    public void Limits_of_a_user_are_read_and_checked()
    {
        string[] flags = ["--roles", "gateway", "--seed-nodes", "a:1", "--store", "s.db"];
        Assert.Equal((null, null), (Read(flags).Http!.Limits.OpenJobs, Read(flags).Http!.Limits.StorageBytes));
        var limits = Read([.. flags, "--max-open-jobs", "3", "--max-storage", "2GiB"]).Http!.Limits;
        Assert.Equal((3, 2L << 30), (limits.OpenJobs, limits.StorageBytes));
        Assert.Contains("--max-open-jobs is '0'", Assert.Throws<NodeSettingException>(() => Read([.. flags, "--max-open-jobs", "0"])).Message, StringComparison.Ordinal);
        Assert.Contains("--max-storage is 'much'", Assert.Throws<NodeSettingException>(() => Read([.. flags, "--max-storage", "much"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_variable_is_named_by_its_own_name()
    {
        var failure = Assert.Throws<NodeSettingException>(() => NodeSettings.Read(SettingValues.Read(Worker, name => name == "DISTRIBUTED_PORT" ? "many" : null)));
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

    private static NodeSettings Read(params string[] args) => NodeSettings.Read(SettingValues.Read(args, _ => null));
}
