using System.Text.Json;

namespace Distributed.Benchmarks.Product;

/// <summary>A training by <c>dtrain train --json</c>.</summary>
/// <param name="Run">The process.</param>
/// <param name="Store">The store that it wrote.</param>
/// <param name="Events">Its events, each with the seconds after the start at which it came.</param>
internal sealed record Training(ProgramRun Run, string Store, IReadOnlyList<(double At, JsonElement Event)> Events)
{
    /// <summary>Seconds from the start of the process to the first step.</summary>
    public double Started => Events.First(one => Kind(one.Event) == "started").At;

    /// <summary>Seconds of the training itself.</summary>
    public double Seconds => Completed.GetProperty("seconds").GetDouble();

    /// <summary>The job's id.</summary>
    public string Job => Completed.GetProperty("job").GetString()!;

    /// <summary>Samples a second of each epoch.</summary>
    public IReadOnlyList<double> Speeds =>
        [.. Events.Where(one => Kind(one.Event) == "epoch").Select(one => one.Event.GetProperty("samplesPerSecond").GetDouble())];

    private JsonElement Completed => Events.First(one => Kind(one.Event) == "completed").Event;

    private static string? Kind(JsonElement one) => one.GetProperty("event").GetString();
}
