using System.Text.Json.Serialization;
using Distributed.Api;
using Distributed.Jobs.Checks;

namespace Distributed.Console.Output;

/// <summary>First line: the run began. Of a job at a server: the job, at its first step, whenever it is watched; see <see cref="RunHeading"/>.</summary>
internal sealed record StartedJson(
    string Job, string Data, string DataSha256, int TrainingSamples, int ValidationSamples, int Parameters, int Epochs, long Steps,
    long FromStep, int? Workers, int Blocks, int? Threads, IReadOnlyList<string>? Notes)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "started";
}

/// <summary>An epoch ended. Members that do not apply are left out.</summary>
internal sealed record EpochJson(
    string Job, int Epoch, long Step, double? TrainLoss, double? TrainAccuracy, double? ValidationLoss, double? ValidationAccuracy,
    double? ValidationMae, double? ValidationR2, double? SamplesPerSecond, int? Workers, bool Best)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "epoch";
}

/// <summary>Last line: the job is done.</summary>
internal sealed record CompletedJson(
    string Job, int Epochs, long Steps, double? TrainLoss, double? ValidationLoss, double? ValidationAccuracy, double? ValidationMae,
    double? ValidationR2, double? SamplesPerSecond, double Seconds, int? Workers, string Reason, string WeightsSha256, int? BestEpoch,
    string? Out, ScoresJson? Best)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "completed";
}

/// <summary>Last line: the run was interrupted; a checkpoint at the step is durable.</summary>
internal sealed record InterruptedJson(string Job, long Step)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "interrupted";
}

/// <summary>Last line: the job continues and is no longer followed.</summary>
internal sealed record LeftJson(string Job)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "left";
}

/// <summary>Last line: the job failed.</summary>
internal sealed record FailedJson(string Job, string Message)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "failed";
}

/// <summary>One job of a store, by <c>jobs --json</c>.</summary>
internal sealed record JobJson(
    string Job, string State, string Data, int Epochs, int MaximumEpochs, long Steps, double? TrainLoss, double? ValidationLoss,
    double? ValidationAccuracy, double? ValidationR2, long? Checkpoint, DateTimeOffset SubmittedAt, string? Message, string? WeightsSha256);

/// <summary>One search of a store, by <c>jobs --json</c>. Trials count from 1.</summary>
internal sealed record SearchJson(
    string Search, string State, string Data, int Trials, int TrialsDone, int? Winner, double? Value, string? DecisionsSha256, string? WeightsSha256, DateTimeOffset SubmittedAt);

/// <summary>The scores of a model on samples; those of the other task and undefined ones are left out.</summary>
internal sealed record ScoresJson(
    double? BalancedAccuracy, double? MacroF1, double? LogLoss, double? RocAuc, double? PrAuc, double? CalibrationError,
    double? BestThreshold, double? BestThresholdF1, double? Mae, double? Rmse, double? R2,
    double? Temperature, double? UncalibratedLogLoss, double? UncalibratedError)
{
    public static ScoresJson Of(ModelScores scores) => new(
        JsonLines.Finite(scores.BalancedAccuracy), JsonLines.Finite(scores.MacroF1), JsonLines.Finite(scores.LogLoss), JsonLines.Finite(scores.RocAuc),
        JsonLines.Finite(scores.PrAuc), JsonLines.Finite(scores.CalibrationError), JsonLines.Finite(scores.Threshold?.Probability),
        JsonLines.Finite(scores.Threshold?.F1), JsonLines.Finite(scores.MeanAbsoluteError), JsonLines.Finite(scores.RootMeanSquaredError),
        JsonLines.Finite(scores.RSquared), JsonLines.Finite(scores.Temperature), JsonLines.Finite(scores.UncalibratedLogLoss),
        JsonLines.Finite(scores.UncalibratedError));
}

/// <summary>What <c>evaluate --json</c> prints.</summary>
internal sealed record EvaluationJson(
    string Model, string Data, long Samples, double? Loss, double? Accuracy, double? Mae, double? R2, ScoresJson Scores,
    IReadOnlyList<ClassJson>? Classes, IReadOnlyList<ImportanceJson>? Importance);

/// <summary>By how much a column matters, by <c>evaluate --importance</c>.</summary>
internal sealed record ImportanceJson(string Column, double LossIncrease, double? AccuracyDecrease, double? R2Decrease);

/// <summary>What <c>explain --json</c> prints.</summary>
internal sealed record ExplanationJson(
    int Row, string? Answer, string? Class, double? Value, double? Baseline, IReadOnlyList<ContributionJson> Columns);

/// <summary>How far a column moves an answer.</summary>
internal sealed record ContributionJson(string Column, double Contribution);

/// <summary>One class of an evaluation.</summary>
internal sealed record ClassJson(string Label, long Samples, double? Precision, double? Recall, double? F1, IReadOnlyList<long> PredictedAs);

/// <summary>What <c>data show FILE --json</c> prints.</summary>
internal sealed record TableJson(
    string Data, long Rows, IReadOnlyList<ColumnDescription> Columns, IReadOnlyDictionary<string, long>? Classes, IReadOnlyList<string> Notes);

/// <summary>One stored step of <c>verify --json</c>.</summary>
internal sealed record VerdictJson(string Job, long Step, bool Equal, string StoredSha256, string ReplayedSha256)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "checkpoint";
}

/// <summary>Last line of <c>verify --json</c>.</summary>
internal sealed record VerifiedJson(string Job, bool Equal, long Step, double Seconds)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "verified";
}

/// <summary>Written without reflection, members in camelCase, what does not apply left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartedJson))]
[JsonSerializable(typeof(EpochJson))]
[JsonSerializable(typeof(CompletedJson))]
[JsonSerializable(typeof(InterruptedJson))]
[JsonSerializable(typeof(FailedJson))]
[JsonSerializable(typeof(LeftJson))]
[JsonSerializable(typeof(VerdictJson))]
[JsonSerializable(typeof(VerifiedJson))]
[JsonSerializable(typeof(JobJson))]
[JsonSerializable(typeof(SearchJson))]
[JsonSerializable(typeof(EvaluationJson))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(TableJson))]
internal sealed partial class JsonLines : JsonSerializerContext
{
    /// <summary>JSON has no NaN and no infinity: such a number is left out.</summary>
    public static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
