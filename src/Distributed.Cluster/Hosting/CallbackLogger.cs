using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Hosting;

/// <summary>Passes log lines to a callback, so that a console decides where they go.</summary>
internal sealed class CallbackLoggerProvider(Action<string> write, LogLevel least) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new CallbackLogger(categoryName, write, least);

    public void Dispose()
    {
    }

    private sealed class CallbackLogger(string category, Action<string> write, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var text = formatter(state, exception);
            // Akka appends stack traces, which are shown only at debug level.
            if (least > LogLevel.Debug && text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end) text = text[..end].TrimEnd();
            write($"{logLevel.ToString().ToLowerInvariant()}: {category}: {text}");
            if (exception is not null && least <= LogLevel.Debug) write(exception.ToString());
        }
    }
}
