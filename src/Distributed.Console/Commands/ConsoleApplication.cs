using System.CommandLine;
using Distributed.Cluster;
using Distributed.Console.Options;
using Distributed.Console.Terminals;
using Distributed.Data;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary>Turns a command line into an exit code. Every failure is one line on standard error.</summary>
internal static class ConsoleApplication
{
    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="environment">The process, or what replaces it in tests.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, ConsoleEnvironment environment)
    {
        try
        {
            var root = CommandTree.Create(environment);
            var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (!CommandTree.AsksForHelp(parsed) && BadUsage.Describe(parsed) is { } wrong) throw new UsageException(wrong);
            var invocation = new InvocationConfiguration
            {
                Output = environment.Output,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var verbose = OutputFlags.IsVerbose(arguments);
            var (code, line) = Describe(e);
            await environment.Error.WriteLineAsync("dtrain: " + line.ReplaceLineEndings(" ")).ConfigureAwait(false);
            if (verbose) await environment.Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return code;
        }
    }

    private static (int Code, string Line) Describe(Exception exception) => exception switch
    {
        SettingException setting => (ExitCode.BadUsage, setting.Say(s => s.Flag)),
        UsageException => (ExitCode.BadUsage, exception.Message),
        DataException => (ExitCode.BadUsage, exception.Message),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
        TrainingException => (ExitCode.Failed, exception.Message),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, $"a file, or the output, cannot be read or written: {exception.Message}"),
        AggregateException { InnerExceptions: [var inner] } => Describe(inner),
        _ => (ExitCode.Failed, $"unexpected: {exception.Message} ({exception.GetType().Name}; --verbose shows where)"),
    };
}
