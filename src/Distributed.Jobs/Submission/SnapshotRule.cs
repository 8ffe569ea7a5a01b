using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>When a job's blocks are saved: every so many steps, every so long, or at each epoch's end.</summary>
internal sealed record SnapshotRule(long? Steps, TimeSpan? Time, bool EachEpoch);

/// <summary>"100" is a number of steps, "30s", "2m", "1.5h" and "500ms" are times, "epoch" is each epoch's end.</summary>
internal sealed record SnapshotsType : SettingType<SnapshotRule?>
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

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
                : throw Wrong(setting, $"{text} is out of bounds: between 100ms and 168h would be right");
        }
        throw Wrong(setting, $"'{text}' is neither a number of steps nor a time: 100, 30s, 2m or epoch would be right");
    }
}
