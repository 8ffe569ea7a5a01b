using System.Globalization;
using Distributed.Console.Terminals;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Output;

/// <summary>One job of a store or of a server in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state, one lower-case word.</param>
/// <param name="Epochs">Epochs that are decided.</param>
/// <param name="MaximumEpochs">The most epochs.</param>
/// <param name="Metrics">What its loss and accuracy are read from; null before the first epoch.</param>
/// <param name="WeightsSha256">The fingerprint of the weights that it ended on; null without any.</param>
/// <param name="SubmittedAt">When it was submitted.</param>
/// <param name="Reason">Why it waits or failed; null otherwise.</param>
internal sealed record JobRow(
    string Name, string State, int Epochs, int MaximumEpochs, EpochMetrics? Metrics, string? WeightsSha256, DateTimeOffset SubmittedAt, string? Reason = null);

/// <summary>
/// Jobs as a table of 80 columns, for names of up to 11 characters: of a fingerprint the first 12 digits are shown, of the submission the day.
/// <c>--json</c> has both whole.
/// </summary>
internal static class JobTable
{
    private const int ShownDigits = 12;

    /// <summary>The table, with its heading.</summary>
    public static IEnumerable<StyledLine> Of(IReadOnlyList<JobRow> jobs)
    {
        var names = Math.Max(4, jobs.Max(job => job.Name.Length));
        yield return StyledLine.Of(
            "job".PadRight(names) + "  " + "state".PadRight(10) + "  " + "epochs".PadLeft(9) + "  " + "loss".PadLeft(7) + "  "
            + "accuracy".PadLeft(9) + "  " + "weights".PadRight(ShownDigits) + "  date (UTC)", Tone.Faint);
        foreach (var job in jobs)
        {
            yield return new StyledLine()
                .Add(job.Name.PadRight(names), Tone.Strong)
                .Add("  " + job.State.PadRight(10), ToneOf(job.State))
                .Add("  " + $"{job.Epochs}/{job.MaximumEpochs}".PadLeft(9))
                .Add("  " + (job.Metrics is { } metrics ? Numbers.Loss(metrics.DecidingLoss) : Numbers.None).PadLeft(7))
                .Add("  " + Accuracy(job.Metrics).PadLeft(9))
                .Add("  " + (job.WeightsSha256 is { } sha256 ? sha256[..Math.Min(ShownDigits, sha256.Length)] : Numbers.None).PadRight(ShownDigits))
                .Add("  " + job.SubmittedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Tone.Faint);
            if (job.Reason is { } reason) yield return StyledLine.Of("".PadRight(names + 2) + reason, Tone.Faint);
        }
    }

    /// <summary>How a state is shown.</summary>
    public static Tone ToneOf(string state) => state switch
    {
        "completed" or "running" => Tone.Good,
        "failed" => Tone.Bad,
        _ => Tone.Normal,
    };

    private static string Accuracy(EpochMetrics? metrics) =>
        metrics?.ValidationAccuracy is { } accuracy ? Numbers.Percent(accuracy) : metrics?.ValidationR2 is { } r2 ? "R² " + Numbers.Loss(r2) : Numbers.None;
}
