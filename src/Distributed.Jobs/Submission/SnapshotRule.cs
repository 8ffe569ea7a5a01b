using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>When a job's blocks are saved: every so many steps, every so long, or at each epoch's end.</summary>
public sealed record SnapshotRule
{
    internal SnapshotRule(long? steps, TimeSpan? time, bool eachEpoch) => (Steps, Time, EachEpoch) = (steps, time, eachEpoch);

    internal long? Steps { get; }

    internal TimeSpan? Time { get; }

    internal bool EachEpoch { get; }

    /// <summary>At each epoch's end.</summary>
    public static SnapshotRule AtEpochs { get; } = new(null, null, true);

    /// <summary>Every so many steps, at least 1.</summary>
    public static SnapshotRule EverySteps(long steps) => new(steps, null, false);

    /// <summary>Every so long, between 100 ms and 168 h.</summary>
    public static SnapshotRule Every(TimeSpan time) => new(null, time, false);
}

/// <summary>"100" is a number of steps, "30s", "2m", "1.5h" and "500ms" are times, "epoch" is each epoch's end.</summary>
internal sealed record SnapshotsType : SettingType<SnapshotRule?>
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    public override string Write(SnapshotRule? value) => value switch
    {
        { Steps: { } steps } => steps.ToString(CultureInfo.InvariantCulture),
        { Time: { } time } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds}ms"),
        _ => "epoch",
    };

    public override SnapshotRule Read(Setting setting, string text)
    {
        if (text is "epoch") return new SnapshotRule(null, null, true);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0) return new SnapshotRule(steps, null, false);
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal) || !RealType.TryRead(text[..^unit.Length], out var number)) continue;
            var total = number * seconds;
            return total is >= 0.1 and <= 7 * 24 * 3600
                ? new SnapshotRule(null, TimeSpan.FromSeconds(total), false)
                : throw Wrong(setting, $"{text} is out of range: must be between 100ms and 168h");
        }
        throw Wrong(setting, $"'{text}' is neither a number of steps nor a time: expected 100, 30s, 2m or epoch");
    }
}
