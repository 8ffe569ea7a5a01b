using System.Globalization;
using System.Security.Cryptography;
using Distributed.Api;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Node.Datasets;
using Distributed.Node.Problems;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Jobs;

/// <summary>The result of a submission.</summary>
internal sealed record Submitted(bool IsNew, JobSummary Summary, IReadOnlyList<string> Notes);

/// <summary>
/// The gateway's door to the one road of a job: a job file whose data are uploads, named by id, and which a client may send again under its key.
/// </summary>
internal sealed class SubmissionService(GatewayAccess cluster, DatasetStore datasets, EncodedCache encoded)
{
    /// <summary>Submits; the caller has a place for computing.</summary>
    /// <param name="body">A job file.</param>
    /// <param name="key">The client's idempotency key; null for none.</param>
    /// <param name="owner">Who submits; null where nobody is asked.</param>
    /// <param name="cancellation">The client went away.</param>
    public Task<Submitted> SubmitAsync(byte[] body, string? key, string? owner, CancellationToken cancellation)
    {
        var given = Parse(body);
        JobResolution.Check(given);
        var options = RunSettings.From(given, 1).Options;
        return Task.Run(() => SubmitAsync(given, options, facts => facts with { IdempotencyKey = key, BodySha256 = key is null ? null : Sha256Of(body), Owner = owner }, cancellation), cancellation);
    }

    /// <summary>The run options of a body that changes them on a resume; null for an empty one.</summary>
    public static RunOptions? ReadOptions(byte[] body, RunOptions before)
    {
        if (body.Length == 0) return null;
        var given = Parse(body);
        if (Settings.OfSpecification.FirstOrDefault(given.Has) is { } setting)
            throw ApiException.Unprocessable($"'{setting.Member}' belongs to the job's specification, which is immutable: 'from' begins a new job with its weights");
        return RunSettings.From(given, 1, before).Options;
    }

    private static GivenSettings Parse(byte[] body)
    {
        var given = ParseJson(body);
        if (given.Has(Settings.InitialWeights))
            throw ApiException.Unprocessable("'initialWeights' names a file of the client's machine: 'from' begins with the weights of another job");
        if (Settings.OfOneProcess.FirstOrDefault(given.Has) is { } setting)
            throw ApiException.Unprocessable($"'{setting.Member}' sets up a training in one process: a cluster has its own, so leave it out");
        return given;
    }

    private static GivenSettings ParseJson(byte[] body)
    {
        try
        {
            return JobFile.Parse(body, "the job file");
        }
        catch (UsageException e) when (e is not SettingException)
        {
            throw ApiException.BadRequest(e.Message);
        }
    }

    private async Task<Submitted> SubmitAsync(
        GivenSettings given, RunOptions options, Func<SubmissionFacts, SubmissionFacts> client, CancellationToken cancellation)
    {
        var from = given.Get(Settings.From) is { } other
            ? await cluster.Jobs.FindJobAsync(other, cancellation).ConfigureAwait(false) ?? throw ApiException.Unprocessable($"'from': there is no job {other}")
            : null;
        var (source, dataset, validation) = Locate(JobResolution.SourceOf(given, from), given.Has(Settings.Data));
        using var pinned = dataset is null ? null : datasets.Pin(dataset.Id);
        using var pinnedToo = validation is null ? null : datasets.Pin(validation.Id);
        if ((dataset is not null && datasets.Find(dataset.Id) is null) || (validation is not null && datasets.Find(validation.Id) is null))
            throw ApiException.Conflict("the data set was deleted just now");

        var job = JobService.Resolve(given, source, from, encoded.Load);
        var facts = new SubmissionFacts(
            dataset?.Name ?? LoadedData.DisplayName(source.Source), dataset?.Id, validation?.Id, null, job.Data.Encoding.Target.Scale, null, null, null, SubmissionFacts.CurrentVersion);
        var answer = await cluster.Jobs.SubmitAsync(job, options, client(facts), cancellation).ConfigureAwait(false);
        return answer.Verdict is QueueVerdict.Done or QueueVerdict.AlreadyDone
            ? new Submitted(answer.Verdict == QueueVerdict.Done, answer.Summary!, [.. job.Data.Notes.Select(note => note.Say(ProblemAnswers.WordOf))])
            : throw ApiException.Of(answer.Verdict, answer.Reason ?? "the job was refused");
    }

    /// <summary>Replaces data set ids and names with file locations. No other client text is treated as a path.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="isNamed">Whether the client names the data; the default and another job's data are not names of uploads.</param>
    private (DataSettings Source, Dataset? Dataset, Dataset? Validation) Locate(DataSettings given, bool isNamed)
    {
        var inherited = datasets.IdOf(given.Source);
        var isBuiltIn = inherited is null && LoadedData.IsBuiltIn(given.Source);
        if (isBuiltIn && isNamed) RefuseTwoMeanings(given.Source);
        var dataset = isBuiltIn ? null : Find(inherited ?? given.Source, "data");
        Dataset? validation = null;
        if (given.Validation is { } text && !IsShare(text))
        {
            if (LoadedData.IsBuiltIn(text)) throw ApiException.Unprocessable($"'validation': {text} is built in and brings its own validation rows; expected a share or an uploaded data set");
            validation = Find(datasets.IdOf(text) ?? text, "validation");
            if (validation.Kind != "table") throw ApiException.Unprocessable("'validation': images to validate with are uploaded together with those to train on");
        }
        return (given with
        {
            Source = dataset is null ? given.Source : datasets.SourceOf(dataset),
            Validation = validation is null ? given.Validation : datasets.SourceOf(validation),
        }, dataset, validation);
    }

    /// <summary>An earlier release let an upload take a built-in set's name; which of the two is meant is not for this node to guess.</summary>
    private void RefuseTwoMeanings(string name)
    {
        if (datasets.Match(name) is not { Count: > 0 } uploads) return;
        throw ApiException.Unprocessable(
            $"'data': '{name}' is a built-in data set and also the name of an upload: name the upload by its id ({string.Join(", ", uploads.Take(3).Select(set => set.Id))}), "
            + "or delete the upload to learn from the built-in set");
    }

    private Dataset Find(string idOrName, string member) => datasets.Match(idOrName) switch
    {
        [var one] => one,
        [] => throw ApiException.Unprocessable(
            $"'{member}': there is no data set '{Shown(idOrName)}'{NearestName.Hint(idOrName, [.. DataSets.BuiltInNames, .. datasets.List().Select(set => set.Name)])} "
            + $"(built in are {string.Join(", ", DataSets.BuiltInNames)}; {ApiRoutes.Datasets} lists the uploaded ones)"),
        var many => throw ApiException.Unprocessable($"'{member}': {many.Count} data sets are called '{Shown(idOrName)}': name one by its id ({string.Join(", ", many.Take(3).Select(set => set.Id))})"),
    };

    private static bool IsShare(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Shown(string text) => text.Length > 80 ? text[..80] + "…" : text;

    private static string Sha256Of(byte[] body) => Convert.ToHexStringLower(SHA256.HashData(body));
}
