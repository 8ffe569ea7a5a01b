using System.Diagnostics;
using System.Text.Json;

namespace Distributed.EndToEnd.Tests;

/// <summary>One run of the real executable, its standard output line by line.</summary>
internal sealed class DtrainProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private DtrainProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>GNU env resets an ignored signal; empty where env cannot.</summary>
    public static string[] ListensToSignals { get; } = Succeeds("env", "--default-signal=INT", "true") ? ["env", "--default-signal=INT"] : [];

    /// <summary>
    /// The command that dtrain's arguments are appended to. Libraries that the node's framework provides are not published beside it, so dtrain runs on
    /// that framework here. A shell without job control starts its background jobs with SIGINT ignored, and processes inherit that: it is reset
    /// for dtrain.
    /// </summary>
    public static IReadOnlyList<string> Command { get; } =
        [.. ListensToSignals, "dotnet", "exec", "--runtimeconfig", Path.Combine(Programs.Folder, "distributed-node.runtimeconfig.json"), Path.Combine(Programs.Folder, "dtrain.dll")];

    /// <summary>Starts dtrain.</summary>
    public static DtrainProcess Start(string folder, params string[] arguments) => StartWithin(folder, [], arguments);

    /// <summary>As above, by a command that dtrain's own is appended to.</summary>
    public static DtrainProcess StartWithin(string folder, IReadOnlyList<string> within, params string[] arguments)
    {
        IReadOnlyList<string> command = [.. within, .. Command];
        var info = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command.Skip(1).Concat(arguments)) info.ArgumentList.Add(argument);
        info.Environment["XDG_DATA_HOME"] = folder;
        info.Environment["NO_COLOR"] = "1";
        return new DtrainProcess(Process.Start(info) ?? throw new InvalidOperationException("dotnet did not start"));
    }

    /// <summary>Runs to the end within a bound; gives the exit code, the lines of standard output and the text of standard error.</summary>
    public static async Task<(int ExitCode, IReadOnlyList<string> Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        using var run = Start(folder, arguments);
        return await run.FinishAsync();
    }

    /// <summary>The next line of standard output; null at its end.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2));

    /// <summary>Reads JSON lines until one has the event; gives that line.</summary>
    public async Task<JsonElement> ReadEventAsync(string name, Func<JsonElement, bool>? where = null)
    {
        var passed = "none";
        while (await ReadLineAsync() is { } line)
        {
            var json = JsonDocument.Parse(line).RootElement;
            if (json.GetProperty("event").GetString() != name) continue;
            if (where is null || where(json)) return json;
            passed = line;
        }
        throw new InvalidOperationException($"the output ended before an event '{name}' as wished; the last of that name: {passed}; standard error: {await _errors}");
    }

    public int Id => _process.Id;

    /// <summary>kill -9: nothing is flushed, no peer is notified.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<(int ExitCode, IReadOnlyList<string> Output, string Errors)> FinishAsync()
    {
        var lines = new List<string>();
        while (await ReadLineAsync() is { } line) lines.Add(line);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return (_process.ExitCode, lines, await _errors);
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
