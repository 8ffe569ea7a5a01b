using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Console.Reports;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Output;

/// <summary>Writes one JSON object a line to standard output and nothing else; remarks for people go to standard error.</summary>
internal sealed class JsonDisplay(TextWriter output, TextWriter error) : IProgressDisplay
{
    private readonly TextWriter _error = TextWriter.Synchronized(error);

    public void Started(RunHeading run) => Write(
        new StartedJson(
            run.Job.Value, run.DataName, run.Specification.Data.Sha256, run.Specification.Data.TrainingSamples,
            run.Specification.Data.ValidationSamples, run.Parameters, run.Specification.Epochs, run.TotalSteps, run.FromStep,
            run.Workers, run.Blocks, run.Threads, run.Notes.Count > 0 ? run.Notes : null),
        JsonLines.Default.StartedJson);

    public void Progressed(RunProgress progress) { }

    public void EpochEnded(EpochRow row)
    {
        var metrics = row.Metrics;
        Write(
            new EpochJson(
                row.Job.Value, row.Epoch, row.Step, JsonLines.Finite(metrics.TrainLoss), JsonLines.Finite(metrics.TrainAccuracy),
                JsonLines.Finite(metrics.ValidationLoss), JsonLines.Finite(metrics.ValidationAccuracy),
                JsonLines.Finite(metrics.ValidationMae), JsonLines.Finite(metrics.ValidationR2), JsonLines.Finite(row.SamplesPerSecond),
                row.Workers, row.Decision.IsBest),
            JsonLines.Default.EpochJson);
    }

    public void Noticed(string line) => _error.WriteLine(line);

    public void Log(string line) => _error.WriteLine(line);

    public void Completed(RunReport report) => Write(
        new CompletedJson(
            report.Job.Value, report.Epochs.Count, report.Steps, JsonLines.Finite(report.Last?.TrainLoss),
            JsonLines.Finite(report.Last?.ValidationLoss), JsonLines.Finite(report.Last?.ValidationAccuracy),
            JsonLines.Finite(report.Last?.ValidationMae), JsonLines.Finite(report.Last?.ValidationR2),
            JsonLines.Finite(report.SamplesPerSecond), report.Seconds, report.Workers, StopWords.Of(report.Reason), report.WeightsSha256,
            report.Best is { } best ? best.Epoch + 1 : null, report.Folder, report.Scores is { } scores ? ScoresJson.Of(scores) : null),
        JsonLines.Default.CompletedJson);

    public void Interrupted(JobId job, long step, string words)
    {
        Write(new InterruptedJson(job.Value, step), JsonLines.Default.InterruptedJson);
        _error.WriteLine(words);
    }

    public void Left(JobId job, string words)
    {
        Write(new LeftJson(job.Value), JsonLines.Default.LeftJson);
        _error.WriteLine(words);
    }

    public void Failed(JobId job, string message)
    {
        Write(new FailedJson(job.Value, message), JsonLines.Default.FailedJson);
        _error.WriteLine($"dtrain: {job} failed: {message}");
    }

    public void Dispose() => output.Flush();

    private void Write<T>(T line, JsonTypeInfo<T> type)
    {
        output.WriteLine(JsonSerializer.Serialize(line, type));
        output.Flush();
    }
}
