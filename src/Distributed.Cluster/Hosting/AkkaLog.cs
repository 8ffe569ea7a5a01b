using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Cluster.Hosting;

/// <summary>Carries the loggers that <see cref="AkkaLog"/> writes to.</summary>
internal sealed class AkkaLogSetup(ILoggerFactory loggers) : Setup
{
    public ILoggerFactory Loggers => loggers;
}

/// <summary>
/// Writes each Akka log event as one line: the message and the cause's message. Stack traces appear only at debug level. A repeated line, such as
/// from a node contacting an absent one, is logged again after a minute, with the number of those in between.
/// </summary>
internal sealed class AkkaLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int RememberedLines = 256;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>The prefixes of Akka's messages about writes, clean-ups and replays that the store rejected.</summary>
    private static readonly string[] ToldByOutage =
    [
        "Failed to persist event type [Distributed.",
        "Persistence failure when replaying events for persistenceId [job-",
        "DeleteAsync operation after SaveSnapshot failure",
    ];

    private readonly ILogger _log;
    private readonly Dictionary<string, (TimeSpan At, int Left)> _said = new(StringComparer.Ordinal);

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
        if (IsToldByOutage(message) || IsOfAnEnd(message)) return;
        var line = Line($"{message.Message}", message.Cause);
        if (IsRepeated(KeyOf(message.LogSource, line), out var left)) return; // endpoint names differ at each attempt
        if (left == 0) _log.Log(level, "{Source}: {Message}", message.LogSource, line);
        else _log.Log(level, "{Source}: {Message} ({Left} more since the last line)", message.LogSource, line, left);
    }

    /// <summary>The first line of a message and of its cause, either of which may carry a stack trace.</summary>
    internal static string Line(string message, Exception? cause)
    {
        var first = FirstLine(message);
        return cause is null ? first : $"{first}: {FirstLine(cause.GetBaseException().Message)}";
    }

    /// <summary>
    /// Whether the event reports a store failure of this program's actors; <c>Persistence.StoreOutage</c> reports once for all of them.
    /// </summary>
    private static bool IsToldByOutage(LogEvent message) =>
        message is Error && ToldByOutage.Any(beginning => $"{message.Message}".StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether an actor was stopped while it began, and says that it could not go on: the store's do when a short command ends. Nothing has failed.</summary>
    private static bool IsOfAnEnd(LogEvent message) =>
        message.Cause?.GetBaseException() is InvalidOperationException { Message: "Cannot create child while terminating or terminated" };

    /// <summary>
    /// What makes two lines the same. Refused connections and what cannot be read of them differ in their ports and bytes alone, and anyone who
    /// reaches the port can make as many as they like.
    /// </summary>
    private static string KeyOf(string source, string line) =>
        source.Contains("TcpServerHandler", StringComparison.Ordinal) && line.IndexOf('[', StringComparison.Ordinal) is > 0 and var channel ? line[..channel]
        : source.Contains("/transports/", StringComparison.Ordinal) ? line[..Math.Min(line.Length, "Error while decoding incoming".Length)]
        : line;

    private bool IsRepeated(string line, out int left)
    {
        var now = Now;
        var isKnown = _said.TryGetValue(line, out var said);
        left = said.Left;
        if (isKnown && now - said.At < Silence)
        {
            _said[line] = (said.At, said.Left + 1);
            return true;
        }
        if (_said.Count >= RememberedLines) _said.Clear();
        _said[line] = (now, 0);
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
