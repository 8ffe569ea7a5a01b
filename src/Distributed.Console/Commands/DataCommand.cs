using System.CommandLine;
using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Sets;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain data upload|list|show|delete</c>: the data sets that a cluster keeps.</summary>
internal sealed class DataCommand
{
    public const string Name = "data", Upload = "upload", List = "list", Show = "show", Delete = "delete";

    private readonly ConsoleEnvironment _environment;
    private readonly Argument<string> _source = new("FILE") { Description = "a table (CSV, JSON lines, Parquet, Arrow, Excel), or a folder of IDX images; also packed" };
    private readonly Argument<string> _dataset = new("DATASET") { Description = "its name, its id, or the id's beginning" };
    private readonly Argument<string> _described = new("FILE|DATASET") { Description = "a file here, a pattern for several, or - for standard input, described without a cluster; or a data set there" };
    private readonly SettingFlags _written = new(TableWriting.All);
    private readonly Option<string> _name = new("--name") { Description = "what it is called (default: the file's name)", HelpName = "NAME" };
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private DataCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var command = new Command(Name, "Uploads, lists, describes and deletes the data sets of a cluster.");
        Add(Upload, "Uploads a table or images; the same content twice is stored once.", (d, p) => d.UploadAsync(p), d => d._source, d => d._name);
        Add(List, "Lists the uploaded data sets, newest first.", (d, p) => d.ListAsync(p));
        Add(Show, "Describes a table or a data set: what each column is taken for and why, missing values, classes.", (d, p) => d.ShowAsync(p), d => d._described);
        Add(Delete, "Deletes a data set that no job uses.", (d, p) => d.DeleteAsync(p), d => d._dataset);
        return command;

        void Add(string name, string description, Func<DataCommand, ParseResult, Task> run, params Func<DataCommand, Symbol>[] symbols)
        {
            var data = new DataCommand(environment);
            var child = new Command(name, description);
            foreach (var symbol in symbols.Select(s => s(data)))
            {
                if (symbol is Argument argument) child.Arguments.Add(argument);
                else child.Options.Add((Option)symbol);
            }
            if (name is Upload or Show) data._written.AddTo(child);
            data._server.AddTo(child);
            data._output.AddTo(child, quiet: false);
            child.SetAction(async (parsed, _) =>
            {
                await run(data, parsed).ConfigureAwait(false);
                return ExitCode.Done;
            });
            command.Subcommands.Add(child);
        }
    }

    private async Task UploadAsync(ParseResult parsed)
    {
        using var interruption = Interruption.Of(_environment);
        var (source, name) = (parsed.GetValue(_source)!, parsed.GetValue(_name));
        if (DatasetUpload.ReservedName(name ?? source) is { } reserved)
            throw new UsageException($"{(name is null ? source : "--name")}: '{reserved}' is the name of a built-in data set: give the upload another, such as --name {DatasetNames.Instead(reserved)}");
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var dataset = await DatasetUpload.SendAsync(client, source, name, _written.Read(parsed), interruption.Requested).ConfigureAwait(false);
        if (_output.Read(parsed).Json) await WriteAsync(JsonSerializer.Serialize(dataset, ApiJson.Default.Dataset)).ConfigureAwait(false);
        else Displays.Print(_environment, RemoteText.Of([dataset]));
    }

    private async Task ListAsync(ParseResult parsed)
    {
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var datasets = await client.DatasetsAsync(_environment.Ending).ConfigureAwait(false);
        if (_output.Read(parsed).Json) await WriteAsync(JsonSerializer.Serialize(new DatasetList(datasets), ApiJson.Default.DatasetList)).ConfigureAwait(false);
        else if (datasets.Count == 0) await WriteAsync($"no data sets at {client.Server.Authority}").ConfigureAwait(false);
        else Displays.Print(_environment, RemoteText.Of(datasets));
    }

    private async Task ShowAsync(ParseResult parsed)
    {
        var named = parsed.GetValue(_described)!;
        if (DataSets.IsTable(named))
        {
            await ShowFileAsync(parsed, named).ConfigureAwait(false);
            return;
        }
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var id = await FindAsync(client, named).ConfigureAwait(false);
        var described = await client.DescribeAsync(id, _environment.Ending).ConfigureAwait(false);
        if (_output.Read(parsed).Json) await WriteAsync(JsonSerializer.Serialize(described, ApiJson.Default.DatasetDescription)).ConfigureAwait(false);
        else Displays.Print(_environment, RemoteText.Of(described));
    }

    private async Task ShowFileAsync(ParseResult parsed, string file)
    {
        var profile = DataProfile.OfTable(file, TableWriting.Of(_written.Read(parsed), before: null));
        ColumnDescription[] columns = [.. profile.Columns.Select(column => ColumnDescription.Of(column, NoteWords.By(setting => setting.Flag)))];
        string[] notes = [.. profile.Notes.Select(note => note.Say(setting => setting.Flag))];
        if (_output.Read(parsed).Json)
        {
            await WriteAsync(JsonSerializer.Serialize(new TableJson(file, profile.Rows, columns, profile.ClassCounts, notes), JsonLines.Default.TableJson)).ConfigureAwait(false);
            return;
        }
        Displays.Print(_environment, [
            StyledLine.Of($"{LoadedData.DisplayName(file)}: {Numbers.Of(profile.Rows, "row")}, {Numbers.Of(columns.Length, "column")}", Tone.Strong),
            .. TableText.Of(columns, profile.Rows, profile.ClassCounts, notes)]);
    }

    private async Task DeleteAsync(ParseResult parsed)
    {
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var id = await FindAsync(client, parsed.GetValue(_dataset)!).ConfigureAwait(false);
        await client.DeleteDatasetAsync(id, _environment.Ending).ConfigureAwait(false);
        if (!_output.Read(parsed).Json) await WriteAsync($"{RemoteText.Short(id).Trim()} is deleted").ConfigureAwait(false);
    }

    /// <summary>The id of a data set by name; an ambiguous name is an error.</summary>
    private async Task<string> FindAsync(HttpTrainingClient client, string text)
    {
        var all = await client.DatasetsAsync(_environment.Ending).ConfigureAwait(false);
        var found = all.Where(d => d.Id == text || d.Name == text || d.Name == Path.GetFileNameWithoutExtension(text)).ToArray();
        if (found.Length == 0 && text.Length >= 4) found = [.. all.Where(d => d.Id.StartsWith(text, StringComparison.Ordinal))];
        return found.Length switch
        {
            1 => found[0].Id,
            0 => throw new UsageException($"there is no data set '{text}' at {client.Server.Authority}{NearestName.Hint(text, all.Select(d => d.Name))} ('dtrain data list' lists them)"),
            _ => throw new UsageException($"'{text}' matches {found.Length} data sets: {string.Join(", ", found.Take(5).Select(d => d.Id[..12]))}; give an id"),
        };
    }

    private Task WriteAsync(string line) => _environment.Words.WriteLineAsync(line);
}
