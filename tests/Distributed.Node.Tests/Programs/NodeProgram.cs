using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Distributed.Api;
using Distributed.Node.Tests.Http;
using Distributed.Tests;

namespace Distributed.Node.Tests.Programs;

/// <summary>A node as a process of its own, over a store in a folder, after commands of the shell such as limits.</summary>
internal sealed class NodeProgram : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private NodeProgram(string folder, string before, string roles, int? seed, string[] flags)
    {
        Port = FreePort();
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", $"{before} exec dotnet \"$@\"", "sh", Path.Combine(AppContext.BaseDirectory, "distributed-node.dll"), "--roles", roles,
                "--port", $"{Port}", "--seed-nodes", $"127.0.0.1:{seed ?? Port}", "--store", Path.Combine(folder, "store.db"), "--data-dir", Path.Combine(folder, "data"), "--http", "0", "--threads", "1",
            },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var flag in flags) start.ArgumentList.Add(flag);
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>The cluster's port.</summary>
    public int Port { get; }

    /// <summary>What it wrote.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>Speaks to its API, once <see cref="ReadyAsync"/> has ended.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts one.</summary>
    /// <param name="folder">For its store and data.</param>
    /// <param name="before">Commands of the shell before it, such as <c>ulimit -n 300;</c>.</param>
    /// <param name="flags">Further flags.</param>
    public static NodeProgram Start(string folder, string before = "", params string[] flags) => new(folder, before, "coordinator,parameter-server,worker,gateway", null, flags);

    /// <summary>Starts one with some of the roles, which joins the cluster of another; null for its own.</summary>
    public static NodeProgram StartPart(string folder, string roles, NodeProgram? seed, string before, params string[] flags) => new(folder, before, roles, seed?.Port, flags);

    /// <summary>Waits until it serves.</summary>
    /// <param name="key">A key of its API; null for none.</param>
    public async Task ReadyAsync(string? key = null)
    {
        var address = "";
        await UntilAsync(() => (address = Lines.FirstOrDefault(line => line.Contains("HTTP at http", StringComparison.Ordinal))?.Split("HTTP at ")[1] ?? "").Length > 0);
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        Client = new HttpClient(handler) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(120) };
        if (key is not null) Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Client.UntilAsync(ApiRoutes.Ready, response => response.IsSuccessStatusCode);
    }

    /// <summary>Sends a signal.</summary>
    public void Send(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>Waits for its end and tells its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Bound);
        return _process.ExitCode;
    }

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        for (var clock = Stopwatch.StartNew(); !isSo(); await Task.Delay(20))
            Assert.True(clock.Elapsed < Bound && !_process.HasExited, $"it does not come:\n{string.Join('\n', Lines.TakeLast(30))}");
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
