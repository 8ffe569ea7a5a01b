using System.CommandLine;
using System.Text.Json;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Checks;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain verify</c>: computes a job again and says whether the stored weights are the same bits.</summary>
internal sealed class VerifyCommand
{
    public const string Name = "verify";

    private readonly ConsoleEnvironment _environment;
    private readonly Argument<string?> _job = new("JOB") { Description = "a job or a search of the store, or a job of a cluster", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _model = new("--model") { Description = "instead of a job: a job's folder with best/ and last/", HelpName = "DIR" };
    private readonly Option<string> _data = new("--data") { Description = "the samples, when they are elsewhere now", HelpName = "FILE" };
    private readonly Option<string> _initial = new("--initial-weights") { Description = "the weights that it began with, if it was given any", HelpName = "FILE" };
    private readonly Option<bool> _fromCheckpoint = new("--from-checkpoint") { Description = "begin at the first kept checkpoint, not at step 0" };
    private readonly Option<bool> _all = new("--all") { Description = "of a search: every trial that has weights, not the winner alone" };
    private readonly SettingFlags _settings = new([Settings.Threads, Settings.Store]);
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private VerifyCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var verify = new VerifyCommand(environment);
        var command = new Command(Name, "Computes a job again and says whether its stored weights are bit-equal.");
        command.Arguments.Add(verify._job);
        command.Options.Add(verify._model);
        command.Options.Add(verify._data);
        command.Options.Add(verify._initial);
        command.Options.Add(verify._fromCheckpoint);
        command.Options.Add(verify._all);
        verify._server.AddTo(command);
        verify._settings.AddTo(command);
        verify._output.AddTo(command, quiet: false);
        command.SetAction((parsed, _) => verify.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        var threads = RunSettings.From(given, _environment.Processors).Threads;
        var choice = _output.Read(parsed);
        switch (parsed.GetValue(_job), parsed.GetValue(_model))
        {
            case (null, { } folder):
                return await RunAsync(JobDocument.SubjectOf(folder), parsed, threads, choice).ConfigureAwait(false);
            case ({ } name, null) when _server.IsNamed(parsed, orElse: given.Has(Settings.Store)):
                if (parsed.GetValue(_fromCheckpoint))
                    throw new UsageException("--from-checkpoint: a server sends no state of the optimizer; leave it out to begin at step 0");
                using (var server = _server.Open(parsed, _environment.Error.WriteLine))
                {
                    var subject = await RemoteJob.VerifiableAsync(server, RemoteJob.Named(name), _environment.Ending).ConfigureAwait(false);
                    return await RunAsync(subject, parsed, threads, choice).ConfigureAwait(false);
                }
            case ({ } name, null):
                var store = StorePath.Of(given.Get(Settings.Store), _environment.Variable);
                var job = RemoteJob.Named(name);
                if (!File.Exists(store)) throw new UsageException($"there is no store {store}, so no job '{job}' either; --store FILE names another");
                using (var opened = StorePath.Open(_environment, store))
                {
                    if (await opened.Jobs.FindSearchAsync(job, _environment.Ending).ConfigureAwait(false) is { } search)
                        return await RunAsync(opened.Jobs, search, parsed, threads, choice).ConfigureAwait(false);
                    var record = await NewJob.FindAsync(opened.Jobs, job, store, "").ConfigureAwait(false);
                    return await RunAsync(VerificationSubject.Of(opened.Jobs, record), parsed, threads, choice).ConfigureAwait(false);
                }
            case (null, null):
                throw new UsageException("'dtrain verify' needs JOB or --model DIR: what to verify");
            default:
                throw new UsageException("JOB and --model both name what to verify; give one of them");
        }
    }

    /// <summary>The winner of a search, or every trial that has weights.</summary>
    private async Task<int> RunAsync(IJobResults stored, SearchRecord search, ParseResult parsed, int threads, OutputChoice choice)
    {
        if (search.History.End is not { Winner: { } winner }) throw new UsageException($"the search {search.Id} has no winner{(search.History.End is null ? " yet: resume it to get one" : "")}");
        var trials = parsed.GetValue(_all) ? search.History.Trials.Where(trial => trial.Last?.WeightsSha256 is not null).Select(trial => trial.Number) : [winner];
        var code = ExitCode.Done;
        foreach (var trial in trials)
        {
            var record = await stored.FindJobAsync(TrialNames.Of(search.Id, trial), _environment.Ending).ConfigureAwait(false)
                ?? throw new UsageException($"the store holds no job of trial {trial + 1}");
            code = Math.Max(code, await RunAsync(VerificationSubject.Of(stored, record), parsed, threads, choice).ConfigureAwait(false));
        }
        return code;
    }

    private async Task<int> RunAsync(VerificationSubject subject, ParseResult parsed, int threads, OutputChoice choice)
    {
        if (subject.Refusal() is { } refusal) throw new UsageException(refusal);
        var source = parsed.GetValue(_data) is { } elsewhere ? subject.Source with { Source = elsewhere } : subject.Source;
        var data = LoadedData.LoadAgain(subject.Job, subject.Specification, source);
        var verification = new Verification(subject, data, threads);
        if (!parsed.GetValue(_fromCheckpoint)) await verification.BeginWithGivenWeightsAsync(parsed.GetValue(_initial)).ConfigureAwait(false);
        else if (await verification.BeginAtFirstCheckpointAsync().ConfigureAwait(false) is { } reason) throw new UsageException($"--from-checkpoint: {reason}");

        var (equal, last, began) = (true, 0L, _environment.Clock.GetTimestamp());
        await foreach (var verdict in verification.RunAsync().ConfigureAwait(false))
        {
            _environment.Ending.ThrowIfCancellationRequested();
            if (choice.Json) Write(new VerdictJson(subject.Job.Value, verdict.Step, verdict.IsEqual, verdict.Stored, verdict.Replayed), JsonLines.Default.VerdictJson);
            else Displays.Print(_environment, [Line(verdict)]);
            (equal, last) = (equal && verdict.IsEqual, verdict.Step);
        }
        var seconds = _environment.Clock.GetElapsedTime(began).TotalSeconds;
        if (choice.Json) Write(new VerifiedJson(subject.Job.Value, equal, last, seconds), JsonLines.Default.VerifiedJson);
        else if (equal) Displays.Print(_environment, [StyledLine.Of($"{subject.Job} is what its specification and its samples say ({Numbers.Seconds(seconds)})")]);
        else await _environment.Error.WriteLineAsync($"dtrain: the stored weights of {subject.Job} are not those of its specification and its samples").ConfigureAwait(false);
        return equal ? ExitCode.Done : ExitCode.Failed;
    }

    private static StyledLine Line(CheckpointVerdict verdict)
    {
        var line = StyledLine.Of($"step {Numbers.Count(verdict.Step)}: ");
        if (verdict.IsEqual) return line.Add("bit-equal", Tone.Good).Add($"  {verdict.Stored}", Tone.Faint);
        if (verdict.Stored == verdict.Replayed) return line.Add("the optimizer's state differs", Tone.Bad).Add(", the weights are bit-equal", Tone.Faint);
        return line.Add($"{Numbers.Of(verdict.Differing, "parameter")} differ", Tone.Bad).Add($"  stored {verdict.Stored[..16]}…, replayed {verdict.Replayed[..16]}…", Tone.Faint);
    }

    private void Write<T>(T line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => _environment.Output.WriteLine(JsonSerializer.Serialize(line, type));
}
