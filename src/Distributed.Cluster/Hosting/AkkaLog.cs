using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Cluster.Hosting;

/// <summary>The loggers that <see cref="AkkaLog"/> writes to.</summary>
internal sealed class AkkaLogSetup(ILoggerFactory loggers) : Setup
{
    public ILoggerFactory Loggers => loggers;
}

/// <summary>
/// Akka's log events as one line each: the message and the cause's own words. Stack traces only where debug messages are logged too. What is
/// repeated, as by a node that asks one that is not there, comes again after a minute.
/// </summary>
internal sealed class AkkaLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int RememberedLines = 256;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>What Akka says of each write, clean-up and replay that the store did not take; all of them begin so.</summary>
    private static readonly string[] ToldByOutage =
    [
        "Failed to persist event type [Distributed.",
        "Persistence failure when replaying events for persistenceId [job-",
        "DeleteAsync operation after SaveSnapshot failure",
    ];

    private readonly ILogger _log;
    private readonly Dictionary<string, TimeSpan> _saidAt = new(StringComparer.Ordinal);

    public AkkaLog()
    {
        var setup = Context.System.Settings.Setup.Get<AkkaLogSetup>();
        _log = setup.HasValue ? setup.Value.Loggers.CreateLogger("akka") : throw new InvalidOperationException($"the actor system has no {nameof(AkkaLogSetup)}");
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(OnEvent);
    }

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    private void OnEvent(LogEvent message)
    {
        var level = LevelOf(message.LogLevel());
        if (!_log.IsEnabled(level)) return;
        if (_log.IsEnabled(LogLevel.Debug))
        {
            _log.Log(level, message.Cause, "{Source}: {Message}", message.LogSource, message.Message);
            return;
        }
        if (IsToldByOutage(message)) return;
        var line = Line($"{message.Message}", message.Cause);
        if (!IsRepeated(line)) _log.Log(level, "{Source}: {Message}", message.LogSource, line); // an endpoint has another name at each attempt
    }

    /// <summary>The first line of a message and what its cause says: both may carry stack traces.</summary>
    internal static string Line(string message, Exception? cause)
    {
        var first = FirstLine(message);
        return cause is null ? first : $"{first}: {FirstLine(cause.GetBaseException().Message)}";
    }

    /// <summary>This program's actors that the store did not serve; <c>Persistence.StoreOutage</c> says so once for all of them.</summary>
    private static bool IsToldByOutage(LogEvent message) =>
        message is Error && ToldByOutage.Any(beginning => $"{message.Message}".StartsWith(beginning, StringComparison.Ordinal));

    private bool IsRepeated(string line)
    {
        var now = Now;
        if (_saidAt.TryGetValue(line, out var saidAt) && now - saidAt < Silence) return true;
        if (_saidAt.Count >= RememberedLines) _saidAt.Clear();
        _saidAt[line] = now;
        return false;
    }

    private static string FirstLine(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.IndexOfAny('\r', '\n');
        return (end < 0 ? trimmed : trimmed[..end]).TrimEnd().ToString();
    }

    private static LogLevel LevelOf(Akka.Event.LogLevel level) => level switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
