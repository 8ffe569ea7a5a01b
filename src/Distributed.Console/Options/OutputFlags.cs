using System.CommandLine;

namespace Distributed.Console.Options;

/// <summary>How a command talks: the same three switches everywhere.</summary>
internal sealed class OutputFlags
{
    private readonly Option<bool> _json = new("--json") { Description = "one JSON object a line on standard output, and nothing else there" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "the result alone" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "log everything, and show the stack trace of an error" };

    public void AddTo(Command command, bool quiet = true)
    {
        command.Options.Add(_json);
        if (quiet) command.Options.Add(_quiet);
        command.Options.Add(_verbose);
    }

    public OutputChoice Read(ParseResult parsed) => new(parsed.GetValue(_json), parsed.GetValue(_quiet), parsed.GetValue(_verbose));

    /// <summary>Whether a command line of any command asks for stack traces.</summary>
    public static bool IsVerbose(IReadOnlyList<string> arguments) => arguments.Contains("--verbose");
}

/// <summary>How a command talks.</summary>
internal readonly record struct OutputChoice(bool Json, bool Quiet, bool Verbose);
