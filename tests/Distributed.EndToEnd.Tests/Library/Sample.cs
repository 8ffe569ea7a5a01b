using System.Diagnostics;

namespace Distributed.EndToEnd.Tests.Library;

/// <summary>A running program, its standard output line by line.</summary>
internal sealed class Sample : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private Sample(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        _process = Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} did not start");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Starts a program of .NET.</summary>
    /// <param name="folder">Its working directory.</param>
    /// <param name="arguments">Those of <c>dotnet</c>.</param>
    public static Sample Start(string folder, params string[] arguments)
    {
        IReadOnlyList<string> command = [.. DtrainProcess.ListensToSignals, "dotnet", .. arguments];
        var info = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = folder };
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return new Sample(info);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(string folder, params string[] arguments)
    {
        using var sample = Start(folder, arguments);
        return await sample.FinishAsync(0);
    }

    /// <summary>Reads to the first line that holds a text.</summary>
    public async Task<string> ReadToAsync(string text)
    {
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Bound) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
            lines.Add(line);
        }
        throw new InvalidOperationException($"no line holds '{text}': {string.Join('\n', lines)} {await _errors}");
    }

    /// <summary>Reads the other lines and waits for the end.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync(int code)
    {
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Bound) is { } line) lines.Add(line);
        await _process.WaitForExitAsync().WaitAsync(Bound);
        return _process.ExitCode == code
            ? lines
            : throw new InvalidOperationException($"it ended with {_process.ExitCode}, not {code}: {string.Join('\n', lines)} {await _errors}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
