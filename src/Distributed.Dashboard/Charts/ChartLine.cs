namespace Distributed.Dashboard.Charts;

/// <summary>A point of a curve.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>One curve.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">By ascending X; points that are no finite number are left out.</param>
/// <param name="Slot">Which colour of the palette.</param>
public sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points, int Slot);
