using System.CommandLine;
using System.Runtime.InteropServices;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Prompting;

/// <summary>Runs one command of a prompt.</summary>
/// <param name="words">The command line, without the program's name.</param>
/// <param name="environment">The environment of this command.</param>
/// <returns>The exit code.</returns>
internal delegate Task<int> CommandRunner(IReadOnlyList<string> words, ConsoleEnvironment environment);

/// <summary>Runs commands one after another: typed at a prompt, or the lines of a file or pipe.</summary>
internal sealed class CommandPrompt : IDisposable
{
    private const string Prompt = "dtrain> ";

    private readonly ConsoleEnvironment _environment;
    private readonly CommandRunner _run;
    private readonly Func<ConsoleEnvironment, RootCommand> _commands;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;
    private bool _wasInterrupted, _isEnding;

    /// <param name="environment">The process's environment; each command gets its own.</param>
    /// <param name="run">Runs a command.</param>
    /// <param name="commands">All commands, for completion.</param>
    public CommandPrompt(ConsoleEnvironment environment, CommandRunner run, Func<ConsoleEnvironment, RootCommand> commands)
    {
        (_run, _commands) = (run, commands);
        _environment = environment with { IsPrompt = true, CatchesSignals = false, Input = TextReader.Null, ReadKey = null };
        (Input, ReadKey) = (environment.Input, environment.ReadKey);
        if (!environment.CatchesSignals) return;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    private TextReader Input { get; }

    private Func<ConsoleKeyInfo>? ReadKey { get; }

    /// <summary>Runs lines until the input ends or a line exits.</summary>
    /// <returns>0 at a prompt, where the user sees each failure. Otherwise the exit code of the last command that failed; an interrupted command ends the run.</returns>
    public Task<int> RunAsync() => ReadKey is null ? RunLinesAsync() : RunTypedAsync(ReadKey);

    /// <summary>Ctrl-C: asks the running command to end. False when none runs, or when it was asked before.</summary>
    public bool Interrupt()
    {
        lock (_lock)
        {
            if (_running is not { IsCancellationRequested: false } running) return false;
            _wasInterrupted = true;
            _ = Task.Run(running.Cancel); // cancellation callbacks run in this call; the signal thread must not wait for them
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private async Task<int> RunTypedAsync(Func<ConsoleKeyInfo> readKey)
    {
        var root = _commands(_environment);
        var history = new CommandHistory(HistoryFile());
        var editor = new LineEditor(_environment.Output, () => _environment.Measured().TerminalWidth ?? 80, readKey, history, text => CommandCompletion.Of(root, text));
        await _environment.Output.WriteLineAsync("'help' lists the commands, Tab completes, Ctrl-C ends a command, Ctrl-D this prompt").ConfigureAwait(false);
        while (!_isEnding && editor.Read(Prompt) is { } line)
            if (await RunLineAsync(line).ConfigureAwait(false) is null) break;
        return ExitCode.Done;
    }

    private async Task<int> RunLinesAsync()
    {
        var code = ExitCode.Done;
        while (!_isEnding && await Input.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (await RunLineAsync(line).ConfigureAwait(false) is not { } ended) break;
            if (_wasInterrupted) return ExitCode.Interrupted;
            if (ended != ExitCode.Done) code = ended;
        }
        return code;
    }

    /// <summary>Runs one line.</summary>
    /// <returns>The exit code; null when the line ends the prompt.</returns>
    private async Task<int?> RunLineAsync(string line)
    {
        List<string> words;
        try
        {
            words = CommandWords.Split(line);
        }
        catch (UsageException e)
        {
            await _environment.Error.WriteLineAsync("dtrain: " + e.Message).ConfigureAwait(false);
            return ExitCode.BadUsage;
        }
        switch (words)
        {
            case []: return ExitCode.Done;
            case ["exit" or "quit"]: return null;
            case ["help", .. var of]: words = [.. of, "--help"]; break;
        }
        using var ending = new CancellationTokenSource();
        lock (_lock) (_running, _wasInterrupted) = (ending, false);
        try
        {
            return await _run(words, _environment.Measured() with { Ending = ending.Token }).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock) _running = null;
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        bool runs;
        lock (_lock) runs = _running is not null;
        if (context.Signal != PosixSignal.SIGINT)
        {
            if (!runs) return; // idle: the process ends
            _isEnding = true;
        }
        context.Cancel = true;
        if (Interrupt() || !runs) return;
        _environment.Error.WriteLine("dtrain: ended at once; the last checkpoint stays");
        Environment.Exit(ExitCode.Interrupted);
    }

    private string? HistoryFile()
    {
        try
        {
            return Path.Combine(Path.GetDirectoryName(StorePath.Of(null, _environment.Variable))!, "history");
        }
        catch (UsageException)
        {
            return null; // a user without a home
        }
    }
}
