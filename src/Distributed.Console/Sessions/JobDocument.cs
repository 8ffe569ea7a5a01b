using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Jobs.Checks;
using Distributed.Jobs.Results;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>The contents of <c>job.json</c> in a job's folder: what its models can be computed again from.</summary>
internal sealed record JobDocument
{
    /// <summary>The file's name.</summary>
    public const string FileName = "job.json";

    private const int CurrentVersion = 1;
    private const long LongestFile = 16 << 20;

    /// <summary>The file's form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The job's name.</summary>
    public required string Job { get; init; }

    /// <summary>Everything that can reach a weight.</summary>
    public required JobSpecification Specification { get; init; }

    /// <summary>Where its samples come from.</summary>
    public required DataSettings Source { get; init; }

    /// <summary>The weight updates before the model in best/.</summary>
    public required long BestStep { get; init; }

    /// <summary>The weight updates before the model in last/.</summary>
    public required long LastStep { get; init; }

    /// <summary>Writes it into a job's folder.</summary>
    public void Write(string folder) =>
        File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, JobDocumentJson.Default.JobDocument));

    /// <summary>The models of a folder that <c>train</c> wrote, to be computed again.</summary>
    /// <param name="folder">With <see cref="FileName"/>, best/ and last/.</param>
    /// <exception cref="DataException">There is no such file, or it is damaged.</exception>
    public static VerificationSubject SubjectOf(string folder)
    {
        var document = Read(folder);
        var models = new SortedDictionary<long, string> { [document.BestStep] = "best", [document.LastStep] = "last" };
        return new VerificationSubject(
            new JobId(document.Job), document.Specification, document.Source, [.. models.Keys],
            step => Task.FromResult(new StoredCheckpoint(step, TrainedModel.Load(Path.Combine(folder, models[step])).Parameters.ToArray(), [])));
    }

    /// <summary>Reads it from a job's folder.</summary>
    /// <exception cref="DataException">It is not there, or not of this form.</exception>
    public static JobDocument Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new DataException($"the folder holds no {FileName}", "expected a job's folder as 'dtrain train' writes it, such as runs/digits-1", folder);
            if (file.Length > LongestFile) throw new DataException($"the file is larger than {LongestFile >> 20} MiB", $"expected a {FileName}", path);
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), JobDocumentJson.Default.JobDocument)
                ?? throw new DataException("the file holds null", "fetch it again", path);
            if (document.Version != CurrentVersion)
                throw new DataException($"the file has version {document.Version}", $"this program reads version {CurrentVersion}", path);
            if (!JobId.IsValid(document.Job) || document.BestStep < 0 || document.LastStep < 0)
                throw new DataException("the job's name or steps are none", "fetch it again", path);
            return document;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException("the file cannot be read: " + e.Message.Split('\n')[0].TrimEnd('.', '\r'), "fetch it again", path, inner: e);
        }
    }
}

/// <summary>Reads and writes <c>job.json</c> without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobDocument))]
internal sealed partial class JobDocumentJson : JsonSerializerContext;
