using System.CommandLine;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Options;

/// <summary>The option <c>--job</c> of commands that begin a job: a file of settings.</summary>
internal sealed class JobFileFlag
{
    private const long MaximumBytes = 1 << 20;

    private readonly Option<string> _file = new("--job") { Description = "a JSON file with the same settings in camelCase; flags win", HelpName = "FILE" };

    /// <summary>Adds it to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_file);

    /// <summary>The file's name and its settings; null when none is given.</summary>
    /// <exception cref="UsageException">It cannot be read, is not JSON, or has an unknown member or a wrong value.</exception>
    public (string File, GivenSettings Settings)? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not { } path) return null;
        byte[] bytes;
        try
        {
            if (Directory.Exists(path)) throw new UsageException($"--job: {path} is a folder; expected a JSON file");
            var file = new FileInfo(path);
            if (!file.Exists) throw new UsageException($"--job: there is no file {path}");
            if (file.Length > MaximumBytes) throw new UsageException($"--job: {path} has {file.Length:#,0} bytes; a job file has at most {MaximumBytes:#,0}");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--job: {path} cannot be read: {e.Message}", e);
        }
        var name = Path.GetFileName(path);
        return (name, JobFile.Parse(bytes, name));
    }
}
