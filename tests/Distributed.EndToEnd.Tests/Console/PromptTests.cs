using System.Diagnostics;
using System.Text;
using Distributed.EndToEnd.Tests.Readme;

namespace Distributed.EndToEnd.Tests;

/// <summary>The prompt of the real executable on a real pseudo-terminal, which util-linux's <c>script</c> opens.</summary>
public sealed class PromptTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;
    private readonly StringBuilder _screen = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ShellFact("script")]
    public async Task Ctrl_c_pauses_the_training_that_was_typed_and_the_prompt_goes_on()
    {
        // exec: a Debian sh would stay above the program and take the terminal's Ctrl-C for its own end, and script tells the shell's exit code.
        var info = new ProcessStartInfo("script", ["-qec", "exec " + string.Join(' ', DtrainProcess.Command.Append("console")), "/dev/null"])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        info.Environment["SHELL"] = "/bin/sh"; // the same one for everybody
        (info.Environment["XDG_DATA_HOME"], info.Environment["NO_COLOR"], info.Environment["TERM"]) = (_folder, "1", "xterm");
        using var terminal = Process.Start(info)!;
        try
        {
            var reading = ReadAsync(terminal.StandardOutput);
            await UntilShownAsync("dtrain> ");
            await TypeAsync(terminal, "tra\t--epochs 100000 --name typed --json\r");
            await UntilShownAsync("dtrain> train --epochs 100000 --name typed --json");
            await UntilShownAsync("\"event\":\"epoch\"");
            await TypeAsync(terminal, "\u0003");
            await UntilShownAsync("\"event\":\"interrupted\"");
            await TypeAsync(terminal, "jobs --json\r");
            await UntilShownAsync("\"job\":\"typed\",\"state\":\"unfinished\"");
            await TypeAsync(terminal, "exit\r");
            await terminal.WaitForExitAsync().WaitAsync(Bound);
            await reading.WaitAsync(Bound);
            Assert.Equal(0, terminal.ExitCode);
            Assert.Equal(["train --epochs 100000 --name typed --json", "jobs --json", "exit"], await File.ReadAllLinesAsync(Path.Combine(_folder, "dtrain", "history")));
        }
        finally
        {
            if (!terminal.HasExited) terminal.Kill(entireProcessTree: true);
        }
    }

    private static async Task TypeAsync(Process terminal, string keys)
    {
        await terminal.StandardInput.WriteAsync(keys);
        await terminal.StandardInput.FlushAsync();
    }

    private async Task UntilShownAsync(string text)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            string screen;
            lock (_screen) screen = _screen.ToString();
            if (screen.Contains(text, StringComparison.Ordinal)) return;
            Assert.True(clock.Elapsed < Bound, $"'{text}' was not shown, but {screen}");
        }
    }

    private async Task ReadAsync(StreamReader output)
    {
        var buffer = new char[4096];
        while (await output.ReadAsync(buffer) is var read and > 0)
            lock (_screen) _screen.Append(buffer, 0, read);
    }
}
