using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Distributed.Tests;

/// <summary>A PostgreSQL server of the tests' own: a fresh folder, a free port of loopback, gone afterwards.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string[] _command;
    private Process _process;

    private PostgresServer(string folder, string[] command, string host, int port)
    {
        _folder = folder;
        _command = command;
        _process = Start(command);
        ConnectionString = $"Host={host};Port={port};Username=postgres;Database=postgres;Pooling=true;Maximum Pool Size=10";
    }

    public string ConnectionString { get; }

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? Missing => Binaries is null ? "PostgreSQL is not installed (initdb and postgres under /usr/lib/postgresql or /usr/local/bin)" : null;

    private static string? Binaries { get; } =
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [])
        .Concat(["/usr/local/bin", "/usr/bin"]).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    /// <summary>Starts a server.</summary>
    /// <param name="host">Where it listens.</param>
    /// <param name="within">A command that the server's own is appended to (a network namespace); empty for none.</param>
    public static async Task<PostgresServer> StartAsync(string host = "127.0.0.1", params string[] within)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-postgres-").FullName;
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", folder);
        var data = Path.Combine(folder, "data");
        await RunAsync([.. AsUser(), Path.Combine(Binaries!, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        if (within.Length > 0) await File.AppendAllTextAsync(Path.Combine(data, "pg_hba.conf"), "host all all samenet trust\n");
        var port = FreePort();
        var server = new PostgresServer(
            folder,
            [.. within, .. AsUser(), Path.Combine(Binaries!, "postgres"), "-D", data, "-p", $"{port}", "-c", $"listen_addresses={host}",
            "-c", $"unix_socket_directories={folder}", "-c", "fsync=off", "-c", "max_connections=200"], host, port);
        await server.AnswerAsync();
        return server;
    }

    /// <summary>Stops the server; its data stay.</summary>
    public async Task StopAsync()
    {
        Signals.Send(_process.Id, Signals.Quit);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }

    /// <summary>Starts the stopped server again, at the same port with the same data.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(_command);
        await AnswerAsync();
    }

    private async Task AnswerAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < StartBound && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>A port that nobody uses at the moment.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] AsUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []; // it refuses root

    private static Process Start(params string[] command)
    {
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        var process = Process.Start(info) ?? throw new InvalidOperationException($"{command[0]} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}");
    }
}
