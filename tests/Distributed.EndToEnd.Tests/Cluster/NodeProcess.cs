using System.Diagnostics;
using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>One real node: the executable as built beside the tests. It can be started again with the same settings, as a restart policy does.</summary>
internal sealed class NodeProcess : IDisposable
{
    /// <summary>What a node that the cluster has given up ends with; to be started again.</summary>
    public const int DownedCode = 3;

    private static readonly string[] Noise = ["Tried to associate with", "reliableEndpointWriter", "endpointWriter", "gated for"];

    private readonly IReadOnlyList<string> _command;
    private readonly List<string> _lines = [];
    private int _before; // lines of earlier processes
    private readonly List<int> _ends = [];
    private Process _process;
    private bool _disposed;

    private NodeProcess(string name, IReadOnlyList<string> command)
    {
        Name = name;
        _command = command;
        _process = Run();
    }

    public string Name { get; }

    /// <summary>What it said so far, in all its lives.</summary>
    public IReadOnlyList<string> Lines
    {
        get { lock (_lines) return [.. _lines]; }
    }

    /// <summary>The exit codes of its former lives.</summary>
    public IReadOnlyList<int> Ends
    {
        get { lock (_lines) return [.. _ends]; }
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Whether the process that runs now, not one before it, has been let into the cluster.</summary>
    public bool HasJoined
    {
        get { lock (_lines) return _lines.Skip(_before).Any(line => line.Contains("in the cluster, as", StringComparison.Ordinal)); }
    }

    /// <summary>Resident memory in bytes; 0 when it has ended.</summary>
    public long ResidentBytes
    {
        get
        {
            if (_process.HasExited) return 0;
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>A node that ends because the cluster gave it up is started again at once, as a restart policy does.</summary>
    public bool IsRestarted { get; set; } = true;

    /// <summary>How often the cluster gave it up.</summary>
    public int Downings => Ends.Count(code => code == DownedCode);

    /// <summary>What was built with the tests; or, named in DISTRIBUTED_TEST_NODE, a published distributed-node, as the containers have it.</summary>
    private static IEnumerable<string> Program => Environment.GetEnvironmentVariable("DISTRIBUTED_TEST_NODE") is { Length: > 0 } published
        ? [published]
        : ["dotnet", Path.Combine(Programs.Folder, "distributed-node.dll")];

    /// <summary>Starts a node.</summary>
    /// <param name="name">For people.</param>
    /// <param name="within">A command that the node's own is appended to (a network namespace); empty for none.</param>
    /// <param name="arguments">Its flags.</param>
    public static NodeProcess Start(string name, IEnumerable<string> within, params string[] arguments) =>
        new(name, [.. within, .. Program, .. arguments]);

    public void Send(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>Bytes of memory that are the process's own, and of files that it has mapped and touched.</summary>
    public (long Anonymous, long Files) Memory()
    {
        var lines = File.ReadLines($"/proc/{_process.Id}/smaps_rollup").Where(line => line.Contains(':', StringComparison.Ordinal))
            .Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length >= 2)
            .ToDictionary(parts => parts[0], parts => long.TryParse(parts[1], out var kilobytes) ? kilobytes << 10 : 0);
        return (lines["Anonymous"], lines["Rss"] - lines["Anonymous"]);
    }

    /// <summary>kill -9: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        var process = _process;
        Signals.Send(process.Id, Signals.Kill);
        await process.WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync(TimeSpan bound)
    {
        var process = _process;
        await process.WaitForExitAsync().WaitAsync(bound);
        return process.ExitCode;
    }

    /// <summary>Starts it again with the same settings; it must have ended.</summary>
    public void StartAgain()
    {
        lock (_lines)
        {
            if (_disposed) return;
            if (!_process.HasExited) throw new InvalidOperationException($"{Name} still runs");
            _before = _lines.Count;
            _process = Run();
        }
    }

    /// <summary>The last lines that say more than that somebody cannot be reached.</summary>
    public IEnumerable<string> Telling(int count) =>
        Lines.Where(line => !Noise.Any(line.Contains)).TakeLast(count).Select(line => line.Length > 300 ? line[..300] : line);

    public void Dispose()
    {
        lock (_lines) _disposed = true;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private Process Run()
    {
        var info = new ProcessStartInfo(_command[0], _command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = new Process { StartInfo = info, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) => OnExited(process);
        if (!process.Start()) throw new InvalidOperationException($"{_command[0]} did not start");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void OnExited(Process process)
    {
        int code;
        lock (_lines)
        {
            if (_disposed) return;
            code = process.ExitCode;
            _ends.Add(code);
            _lines.Add($"(ended with {code})");
        }
        if (IsRestarted && code == DownedCode && ReferenceEquals(process, _process)) StartAgain();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
    }
}
