using System.Globalization;
using Distributed.Protocol;

namespace Distributed.Node.Events;

/// <summary>One event of a stream, with the id from which a stream goes on after it; null for one that need not be told again.</summary>
internal sealed record StreamEvent(JobEvent Event, string? Id);

/// <summary>
/// What one stream has told. Its durable part makes the events' ids: how many epochs, and which checkpoint. It follows from the job's journal
/// alone, so any gateway goes on from it.
/// </summary>
internal sealed class StreamCursor
{
    private int _epochs;
    private long _checkpoint = -1;
    private bool _ended;
    private long _version;

    /// <summary>Begins at the job's beginning, or after the event of an id. An id of another form is taken for the beginning.</summary>
    public static StreamCursor After(string? lastEventId)
    {
        var cursor = new StreamCursor();
        if (lastEventId?.Split('-') is not [var epochs, var checkpoint]) return cursor;
        if (int.TryParse(epochs, NumberStyles.None, CultureInfo.InvariantCulture, out var e)) cursor._epochs = e;
        if (long.TryParse(checkpoint, NumberStyles.None, CultureInfo.InvariantCulture, out var c)) cursor._checkpoint = c;
        return cursor;
    }

    /// <summary>Whether everything was told and no more will come.</summary>
    public bool IsAtEnd => _ended;

    /// <summary>The picture's version that was told last.</summary>
    public long Version => _version;

    /// <summary>What the picture has more than was told, in the order in which it is to be told.</summary>
    public IReadOnlyList<StreamEvent> Advance(JobId job, JobPicture picture)
    {
        var events = new List<StreamEvent>();
        if (picture.State is { } state && picture.StateVersion > _version) events.Add(new StreamEvent(state, null));
        Add(picture.Started);
        Add(picture.Rewound);
        while (_epochs < picture.Epochs.Count)
        {
            var decision = picture.Epochs[_epochs++];
            Tell(new EpochEnded(job, picture.Plan!.BoundaryAfter(decision.Epoch), decision));
        }
        if (picture.Checkpoint is { } checkpoint && checkpoint > _checkpoint)
        {
            _checkpoint = checkpoint;
            Tell(new CheckpointSaved(job, checkpoint));
        }
        Add(picture.Workers);
        Add(picture.Waiting);
        if (picture.End is null) Add(picture.Progress);
        Add(picture.Paused);
        if (picture.End is { } end && !_ended)
        {
            _ended = true;
            Tell(new JobFinished(job, end));
        }
        _version = picture.Version;
        return events;

        void Add<T>((long Version, T Event)? newest) where T : JobEvent
        {
            if (newest is { } told && told.Version > _version) events.Add(new StreamEvent(told.Event, null));
        }

        void Tell(JobEvent told) => events.Add(new StreamEvent(told, string.Create(CultureInfo.InvariantCulture, $"{_epochs}-{Math.Max(0, _checkpoint)}")));
    }
}
