using System.Globalization;
using Distributed.Api;
using Distributed.Console.Output;
using Distributed.Console.Terminals;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Console.Remote;

/// <summary>Formats a server's answers on 80 columns.</summary>
internal static class RemoteText
{
    /// <summary>A job in one line.</summary>
    public static StyledLine Of(JobSummary job)
    {
        var line = new StyledLine().Add(job.Id, Tone.Strong).Add(" is ").Add(Of(job.State), ToneOf(job.State));
        if (job.QueuePosition is > 0 and var before) line.Add($" behind {Numbers.Of(before, "job")}");
        return job.Reason is { } reason ? line.Add(": " + reason) : line;
    }

    /// <summary>Jobs as a table.</summary>
    public static IEnumerable<StyledLine> Of(IReadOnlyList<JobSummary> jobs) => JobTable.Of([.. jobs.Select(job => new JobRow(
        job.Id, Of(job.State), job.Epochs, job.MaximumEpochs, job.Metrics, job.WeightsSha256, job.SubmittedAt, job.Reason))]);

    /// <summary>Members of the cluster, two lines each.</summary>
    public static IEnumerable<StyledLine> Of(IReadOnlyList<NodeInfo> nodes)
    {
        var width = Math.Max(4, nodes.Max(n => n.Address.Length));
        yield return StyledLine.Of(
            "node".PadRight(width) + "  " + "state".PadRight(11) + "  " + "busy".PadLeft(7) + "  " + "samples".PadLeft(10) + "  "
            + "received".PadLeft(11) + "  " + "sent".PadLeft(11), Tone.Faint);
        foreach (var node in nodes)
        {
            var state = node.Reachable ? node.State : "unreachable";
            var line = new StyledLine().Add(node.Address.PadRight(width), Tone.Strong)
                .Add("  " + state.PadRight(11), node.Reachable && node.State == "up" ? Tone.Good : Tone.Bad);
            if (node.Load is { } load)
            {
                line.Add("  " + string.Create(CultureInfo.InvariantCulture, $"{load.BusyProcessors:0.0}/{load.Processors}").PadLeft(7))
                    .Add("  " + Numbers.Rate(load.SamplesPerSecond).PadLeft(10))
                    .Add("  " + PerSecond(load.ReceivedBytesPerSecond).PadLeft(11))
                    .Add("  " + PerSecond(load.SentBytesPerSecond).PadLeft(11));
            }
            yield return line;
            yield return StyledLine.Of($"  {string.Join(", ", node.Roles)}, version {node.Version}", Tone.Faint);
            if (node.Load is { Jobs: { Count: > 0 } jobs }) yield return StyledLine.Of($"  works on {string.Join(", ", jobs.Take(3))}{(jobs.Count > 3 ? ", …" : "")}", Tone.Faint);
        }
    }

    /// <summary>Data sets as a table.</summary>
    public static IEnumerable<StyledLine> Of(IReadOnlyList<Dataset> datasets)
    {
        var names = Math.Clamp(datasets.Max(d => d.Name.Length), 4, 30);
        yield return StyledLine.Of(
            "name".PadRight(names) + "  " + "id".PadRight(12) + "  " + "kind".PadRight(6) + "  " + "size".PadLeft(9) + "  uploaded (UTC)", Tone.Faint);
        foreach (var dataset in datasets)
        {
            yield return new StyledLine()
                .Add((dataset.Name.Length <= names ? dataset.Name : dataset.Name[..(names - 1)] + "…").PadRight(names), Tone.Strong)
                .Add("  " + Short(dataset.Id) + "  " + dataset.Kind.PadRight(6) + "  " + Numbers.Bytes(dataset.Bytes).PadLeft(9))
                .Add("  " + Of(dataset.UploadedAt), Tone.Faint);
        }
    }

    /// <summary>The contents of a data set.</summary>
    public static IEnumerable<StyledLine> Of(DatasetDescription described)
    {
        var dataset = described.Dataset;
        yield return new StyledLine().Add(dataset.Name, Tone.Strong).Add($"  {dataset.Id}", Tone.Faint);
        var test = described.TestRows is { } rows ? $" and {Numbers.Count(rows)} for validation" : "";
        yield return StyledLine.Of(described.Columns is null
            ? $"{Numbers.Of(described.Rows, "image")}{test}, {described.Width} × {described.Height} pixels, {Numbers.Bytes(dataset.Bytes)}"
            : $"{Numbers.Of(described.Rows, "row")}, {Numbers.Of(described.Columns.Count, "column")}, {Numbers.Bytes(dataset.Bytes)}");
        foreach (var line in TableText.Of(described.Columns ?? [], described.Rows, described.ClassCounts, described.Notes)) yield return line;
        if (described.UsedBy.Count > 0) yield return StyledLine.Of("used by " + string.Join(", ", described.UsedBy.Take(10)) + (described.UsedBy.Count > 10 ? ", …" : ""), Tone.Faint);
    }

    /// <summary>The beginning of an id, long enough to be distinct.</summary>
    public static string Short(string id) => id.Length <= 12 ? id.PadRight(12) : id[..12];

    private static string Of(JobPhase state) => state.ToString().ToLowerInvariant();

    private static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static Tone ToneOf(JobPhase state) => JobTable.ToneOf(Of(state));

    private static string PerSecond(double bytes) => bytes < 1 ? Numbers.None : Numbers.Bytes(bytes) + "/s";
}
