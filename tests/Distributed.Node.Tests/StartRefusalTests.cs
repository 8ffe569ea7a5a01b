using System.Net;
using System.Net.Sockets;
using Distributed.Node.Configuration;
using Microsoft.Data.Sqlite;

namespace Distributed.Node.Tests;

/// <summary>A node that cannot start says why in one line, ends with 2, and has started nothing: no log line of the cluster comes before it.</summary>
public sealed class StartRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;
    private readonly TcpListener _taken = new(IPAddress.Loopback, 0);

    public StartRefusalTests() => _taken.Start();

    private int Taken => ((IPEndPoint)_taken.LocalEndpoint).Port;

    public void Dispose()
    {
        _taken.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("--port")]
    [InlineData("--data-port")]
    [InlineData("--http")]
    public async Task A_port_in_use_is_named_by_its_flag(string flag) =>
        Assert.Equal(
            $"distributed-node: {flag}: another program listens at 127.0.0.1:{Taken}: end it, or give another port",
            await RefusalAsync(flag, $"{Taken}"));

    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::", "[::]")]
    public async Task All_addresses_of_the_machine_can_be_listened_at(string listen, string shown)
    {
        // The port is taken on purpose: the refusal shows that the address itself was accepted.
        Assert.Equal(
            $"distributed-node: --port: another program listens at {shown}:{Taken}: end it, or give another port",
            await RefusalAsync("--listen", listen, "--port", $"{Taken}", "--insecure", "yes"));
    }

    [Theory]
    [InlineData("--port and --data-port are both 4800", "--port", "4800", "--data-port", "4800")]
    [InlineData("--http and --port are both 4800", "--port", "4800", "--http", "4800")]
    [InlineData("--hostname: 192.0.2.7 is not an address of this machine", "--hostname", "192.0.2.7", "--insecure", "yes")]
    [InlineData("--listen: 192.0.2.7 is not an address of this machine", "--listen", "192.0.2.7", "--insecure", "yes")]
    [InlineData("--hostname names nowhere.invalid, which no name server knows", "--hostname", "nowhere.invalid", "--insecure", "yes")]
    [InlineData("--hostname is 0.0.0.0, under which no other node reaches this one", "--hostname", "0.0.0.0")]
    [InlineData("--hostname is 'a b'", "--hostname", "a b")]
    [InlineData("--hostname is 'a\"b'", "--hostname", "a\"b")]
    public async Task A_place_that_cannot_be_listened_at_is_refused_with_the_remedy(string reason, params string[] flags)
    {
        Assert.StartsWith($"distributed-node: {reason}", await RefusalAsync(flags), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("::1:4800")]
    [InlineData("a b:4800")]
    [InlineData("a\"b:4800")]
    public async Task A_seed_that_is_no_address_is_refused(string seed)
    {
        var error = new StringWriter();
        Assert.Equal(ExitCode.BadSetting, await NodeApplication.RunAsync(["--roles", "worker", "--seed-nodes", seed], _ => null, TextWriter.Null, error));
        Assert.Contains("it must be host:port, with an IPv6 address in brackets", Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_another_program_is_refused_and_stays_as_it_was()
    {
        var path = Path.Combine(_folder, "notes.db");
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE journal (a INTEGER)";
            command.ExecuteNonQuery();
        }
        var before = File.ReadAllBytes(path);
        Assert.Contains("belongs to another program (the table 'journal'", await RefusalAsync("--store", path), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["notes.db"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Settings_with_which_the_cluster_does_not_start_are_refused_by_the_files_flag()
    {
        var file = Path.Combine(_folder, "bad.conf");
        File.WriteAllText(file, "akka.actor.provider = \"nonsense.Type, Nowhere\"");
        Assert.StartsWith("distributed-node: --config: the cluster does not start with these settings: ", await RefusalAsync("--config", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_says_that_the_secret_keeps_no_node_out_and_what_does()
    {
        var output = new StringWriter();
        Assert.Equal(ExitCode.Left, await NodeApplication.RunAsync(["--help"], _ => null, output, TextWriter.Null));
        Assert.Contains("It keeps no node out of the cluster", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("'distributed-node certificates --out DIR' makes them", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(false, "--hostname", "127.0.0.2")]
    [InlineData(false, "--hostname", "::1")]
    [InlineData(false, "--hostname", "node-7", "--listen", "127.0.0.1")]
    [InlineData(true, "--hostname", "node-7")]
    [InlineData(true, "--hostname", "10.0.0.5")]
    [InlineData(true, "--listen", "0.0.0.0")]
    [InlineData(true, "--hostname", "auto")]
    public void A_node_that_others_can_reach_is_known_to_be(bool expected, params string[] flags)
    {
        var settings = NodeSettings.Read(SettingValues.Read(["--roles", "worker", "--seed-nodes", "a:1", "--insecure", "yes", .. flags], _ => null));
        Assert.Equal(expected, settings.ListensBeyondLoopback);
        Assert.Equal(expected, settings.IsInsecure);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "certificates")).FullName;
        Assert.False(NodeSettings.Read(SettingValues.Read(["--roles", "worker", "--seed-nodes", "a:1", "--certificates", folder, .. flags], _ => null)).IsInsecure);
    }

    private async Task<string> RefusalAsync(params string[] flags)
    {
        var error = new StringWriter();
        string[] store = flags.Contains("--store") ? [] : ["--store", Path.Combine(_folder, "s.db")];
        string[] args = ["--roles", "coordinator,worker", "--seed-nodes", "127.0.0.1:4800", "--data-dir", _folder + "-data", .. store, .. flags];
        Assert.Equal(ExitCode.BadSetting, await NodeApplication.RunAsync(args, _ => null, TextWriter.Null, error));
        return Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }
}
