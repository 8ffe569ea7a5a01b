using System.Runtime.InteropServices;
using Distributed.Console.Terminals;

namespace Distributed.Console.Sessions;

/// <summary>
/// Ctrl-C, SIGTERM and a closed terminal: the first asks the run to pause, the second ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenRegistration _ending;
    private int _times;

    /// <summary>Requested once the first came.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>The source of interruptions of a command: the process's signals, or the prompt that runs it.</summary>
    public static Interruption Of(ConsoleEnvironment environment)
    {
        if (environment.CatchesSignals) return OfProcess(environment.Error);
        var interruption = new Interruption();
        interruption._ending = environment.Ending.Register(() => interruption.Request());
        return interruption;
    }

    /// <summary>Catches the signals of this process.</summary>
    private static Interruption OfProcess(TextWriter error)
    {
        var interruption = new Interruption();
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (interruption.Request()) return;
                error.WriteLine("dtrain: ended at once; the last checkpoint stays");
                Environment.Exit(ExitCode.Interrupted);
            }));
        }
        return interruption;
    }

    /// <summary>Asks for a pause; false when that was asked before.</summary>
    public bool Request()
    {
        if (Interlocked.Increment(ref _times) > 1) return false;
        // The run continues in this call; the signal thread must not wait for it.
        _ = Task.Run(_requested.Cancel);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Dispose();
        foreach (var registration in _registrations) registration.Dispose();
        _requested.Dispose();
    }
}
