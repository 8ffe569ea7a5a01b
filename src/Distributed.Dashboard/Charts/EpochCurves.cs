using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Dashboard.Charts;

/// <summary>The curves of a job's epochs.</summary>
internal static class EpochCurves
{
    /// <summary>Loss by epoch; the running epoch's so far as the last point of the training loss.</summary>
    public static IReadOnlyList<ChartLine> Loss(IReadOnlyList<EpochDecided> epochs, JobProgressed? progress) => Without(
        Line("training", 0, epochs, metrics => metrics.TrainLoss, progress is { } now && now.Epoch >= epochs.Count ? new ChartPoint(now.Epoch + 1, now.TrainLoss) : null),
        Line("validation", 1, epochs, metrics => metrics.ValidationLoss, null));

    /// <summary>Accuracy by epoch, or for values R².</summary>
    public static IReadOnlyList<ChartLine> Quality(IReadOnlyList<EpochDecided> epochs, JobProgressed? progress) => Without(
        Line("training", 0, epochs, metrics => metrics.TrainAccuracy, progress is { TrainAccuracy: { } accuracy } now && now.Epoch >= epochs.Count ? new ChartPoint(now.Epoch + 1, accuracy) : null),
        Line("validation", 1, epochs, metrics => metrics.ValidationAccuracy, null),
        Line("validation R²", 1, epochs, metrics => metrics.ValidationR2, null));

    /// <summary>One metric of one job.</summary>
    public static ChartLine Of(string name, int slot, IReadOnlyList<EpochDecided> epochs, Func<EpochMetrics, double?> metric) => Line(name, slot, epochs, metric, null);

    private static ChartLine Line(string name, int slot, IReadOnlyList<EpochDecided> epochs, Func<EpochMetrics, double?> metric, ChartPoint? now)
    {
        var points = epochs.Where(epoch => metric(epoch.Metrics) is not null).Select(epoch => new ChartPoint(epoch.Epoch + 1, metric(epoch.Metrics)!.Value));
        return new ChartLine(name, [.. now is { } point ? points.Append(point) : points], slot);
    }

    private static IReadOnlyList<ChartLine> Without(params ChartLine[] lines) => [.. lines.Where(line => line.Points.Count > 0)];
}
