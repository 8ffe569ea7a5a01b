using Distributed.Cluster.Stores;
using Distributed.Protocol.Journal;

namespace Distributed.Node.Histories;

/// <summary>What a job's journal told when it was last read. It never changes, so any number of requests read it at once.</summary>
/// <param name="History">The state that the events add up to.</param>
/// <param name="Log">The events that a log shows, as they stand in the journal: a summary takes the place of those before it.</param>
/// <param name="Number">The last event's sequence number; 0 before the first.</param>
/// <param name="Texts">The epochs' JSON, shared with the pictures before and after.</param>
internal sealed record HistoryPicture(JobHistory History, IReadOnlyList<JournalRow> Log, long Number, EpochTexts Texts)
{
    private const int BytesPerEpoch = 300, BytesPerRow = 100; // objects, measured roughly; their texts are counted

    /// <summary>A job without a journal.</summary>
    public static HistoryPicture Empty => new(new JobHistory(), [], 0, new EpochTexts());

    /// <summary>Its size in memory, roughly.</summary>
    public long Bytes => (long)History.Decisions.Count * BytesPerEpoch + (long)Log.Count * BytesPerRow + Texts.Bytes;

    /// <summary>The picture after further events of the journal.</summary>
    public HistoryPicture With(IReadOnlyList<JournalRow> rows)
    {
        if (rows.Count == 0) return this;
        var history = History.Copy();
        var log = new List<JournalRow>(Log);
        foreach (var row in rows)
        {
            history.Apply(row.Event);
            if (row.Event is JobSummarized) log.Clear();
            if (LogText.Of(row.Event) is not null) log.Add(row);
        }
        return this with { History = history, Log = log, Number = rows[^1].Number };
    }
}
