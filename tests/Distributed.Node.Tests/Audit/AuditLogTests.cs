using System.Text.Json;
using Distributed.Node.Audit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Node.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-audit-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private string LogFile => Path.Combine(_folder, "new", "audit.jsonl");

    [Fact]
    public void An_event_is_one_line_of_json_in_a_file_for_its_owner_alone()
    {
        using (var log = new AuditLog(LogFile, 1_000, NullLogger.Instance, _clock))
            log.Write(new AuditEvent(default, "cancel", "refused") { Who = "an\nn", From = "127.0.0.1", Target = "digits-1", Status = 409, Reason = "\u001b[31mover" });
        var line = Assert.Single(File.ReadAllLines(LogFile));
        using var told = JsonDocument.Parse(line);
        Assert.Equal(
            ["at", "action", "result", "who", "from", "target", "status", "reason"], told.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("2030-01-02T03:04:05+00:00", told.RootElement.GetProperty("at").GetString());
        Assert.DoesNotContain('\u001b', line);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(LogFile)!));
    }

    [Fact]
    public void A_full_file_makes_room_and_the_newest_events_are_kept_in_bounded_space()
    {
        const int Events = 2_000;
        for (var i = 0; i < Events; i += 500) // a restart goes on with the same files
        {
            using var log = new AuditLog(LogFile, 4_000, NullLogger.Instance, _clock);
            for (var n = i; n < i + 500; n++) log.Write(new AuditEvent(default, "submit", "done") { Target = $"job-{n}" });
        }
        string[] files = [LogFile, .. Enumerable.Range(1, AuditLog.Kept).Select(n => $"{LogFile}.{n}")];
        Assert.Equal(files.Order(), Directory.GetFiles(Path.GetDirectoryName(LogFile)!).Order());
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 4_000));
        var kept = files.Reverse().SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("target").GetString()).ToList();
        Assert.Equal(Enumerable.Range(Events - kept.Count, kept.Count).Select(n => $"job-{n}"), kept);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_once_a_minute_and_written_again_when_it_can()
    {
        var told = new Lines();
        using var log = new AuditLog(LogFile, 1_000, told, _clock);
        File.WriteAllText(Path.Combine(_folder, "new"), "no folder");
        for (var i = 0; i < 100; i++) log.Write(new AuditEvent(default, "submit", "done"));
        Assert.Equal(1, told.Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        log.Write(new AuditEvent(default, "submit", "done"));
        Assert.Equal(2, told.Count);
        File.Delete(Path.Combine(_folder, "new"));
        log.Write(new AuditEvent(default, "submit", "done"));
        Assert.Single(File.ReadAllLines(LogFile));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Lines : ILogger
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
