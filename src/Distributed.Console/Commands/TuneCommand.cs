using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Searches;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Sets;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain tune</c>: searches for good settings on the cluster of this process, and trains the winner.</summary>
internal sealed class TuneCommand
{
    public const string Name = "tune";

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _search = new(SearchSettings.All);
    private readonly SettingFlags _settings = new(Settings.All.Except(SearchResolution.NotOfSearch));
    private readonly OutputFlags _output = new();
    private readonly JobFileFlag _job = new();
    private readonly Option<string[]> _space = new("--space")
    {
        Description = "a setting that varies, once for each: learning-rate=log:1e-4..1e-1, dropout=0..0.5, hidden=64|128|64,32 (default: by the data)",
        HelpName = "NAME=VALUES",
    };

    private readonly Option<string> _file = new("--search") { Description = "a JSON file with job, space and the settings of the search; flags win", HelpName = "FILE" };

    private TuneCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var tune = new TuneCommand(environment);
        var command = new Command(Name, "Searches for the settings that learn best, the same ones on any number of cores, and trains the winner.");
        command.Options.Add(tune._space);
        tune._search.AddTo(command);
        tune._settings.AddTo(command);
        command.Options.Add(tune._file);
        tune._job.AddTo(command);
        tune._output.AddTo(command);
        command.SetAction((parsed, _) => tune.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var (given, search) = (_settings.Read(parsed), _search.Read(parsed));
        IReadOnlyList<SearchDimension>? space = parsed.GetValue(_space) is { Length: > 0 } pairs ? [.. pairs.Select(pair => SpaceText.Read(pair, "--space"))] : null;
        if (parsed.GetValue(_file) is { } path)
        {
            var file = SearchFile.Read(path);
            (given, search, space) = (given.Over(file.Job), search.Over(file.Search), space ?? file.Space);
        }
        if (_job.Read(parsed) is { } job) given = given.Over(job.Settings);
        if (SearchResolution.NotOfSearch.FirstOrDefault(given.Has) is { } other) throw new SettingException(other, $"{other} is not for a search, whose trials all begin afresh");
        JobResolution.Check(given);
        var run = RunSettings.ForOneProcess(given, _environment.Processors);
        var store = StorePath.Of(run.Store, _environment.Variable);
        var choice = _output.Read(parsed);

        using var interruption = Interruption.Of(_environment);
        using var display = SearchDisplays.For(_environment, choice);
        var source = JobResolution.SourceOf(given, null);
        var data = DataSets.Load(source);
        var specification = SearchResolution.Resolve(given, search, space, source.Seed, LoadedData.ShapeOf(data));
        if (run.Options.Calibrate) specification = specification with { Retrain = false }; // on all samples there is nothing to calibrate on
        interruption.Requested.ThrowIfCancellationRequested();

        await using var cluster = new ClusterAccess(_environment, store, SideBySide.Of(run), display.Noticed, choice.Verbose);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        var name = await NewJob.NameAsync(client, given.Get(Settings.Name), LoadedData.DisplayName(source.Source), store).ConfigureAwait(false);
        var folder = run.Out ?? NewJob.DefaultFolder(name);
        StorePath.MakeFolder(folder, "--out");
        foreach (var note in data.Notes) display.Noticed(note.Say(setting => setting.Flag));
        var submission = new SearchSubmission(name, specification, run.Options, LoadedData.WithFullPaths(source), data, SideBySide.Trials(run));
        return await new SearchRunner(_environment, client, display).RunAsync(submission, null, run, folder, interruption.Requested).ConfigureAwait(false);
    }
}
