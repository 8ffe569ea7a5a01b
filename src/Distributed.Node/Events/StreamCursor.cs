using System.Globalization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Node.Events;

/// <summary>One event of a stream, with the id from which a stream resumes after it; null for an event that is not repeated.</summary>
internal sealed record StreamEvent(JobEvent Event, string? Id);

/// <summary>
/// What one stream has sent. Its durable part forms the events' ids: the number of epochs and the checkpoint. It depends on the job's journal
/// alone, so any gateway can resume from it. The job's start comes before both, so an id implies that it was sent.
/// </summary>
internal sealed class StreamCursor
{
    private bool _started;
    private int _epochs;
    private long _checkpoint = -1;
    private bool _ended;
    private long _version, _runVersion; // of the picture, and of the events that are sent only once the job has started

    /// <summary>Begins at the job's beginning, or after the event of an id. An invalid id means the beginning.</summary>
    public static StreamCursor After(string? lastEventId)
    {
        var cursor = new StreamCursor();
        if (lastEventId?.Split('-') is not [var epochs, var checkpoint]) return cursor;
        if (!int.TryParse(epochs, NumberStyles.None, CultureInfo.InvariantCulture, out var e)) return cursor;
        if (!long.TryParse(checkpoint, NumberStyles.None, CultureInfo.InvariantCulture, out var c)) return cursor;
        (cursor._started, cursor._epochs, cursor._checkpoint) = (true, e, c);
        return cursor;
    }

    /// <summary>Whether everything was sent and no more will come.</summary>
    public bool IsAtEnd => _ended;

    /// <summary>The picture's version at the last call.</summary>
    public long Version => _version;

    /// <summary>The events that the picture has and the stream has not sent, in order.</summary>
    public IReadOnlyList<StreamEvent> Advance(JobId job, JobView picture)
    {
        var events = new List<StreamEvent>();
        Add(picture.State, _version);
        if (picture.Started is { } started && !_started)
        {
            _started = true;
            events.Add(new StreamEvent(started, null));
        }
        var isUnderWay = _started || picture.End is not null; // until then a coordinator's reports of the run wait for the journal
        if (isUnderWay)
        {
            Add(picture.News.Rewound, _runVersion);
            Add(picture.News.Workers, _runVersion);
            AddDurable(events, job, picture);
        }
        Add(picture.News.Waiting, _version);
        if (isUnderWay && picture.End is null) Add(picture.News.Progress, _runVersion);
        Add(picture.News.Paused, _version);
        if (picture.End is { } end && !_ended)
        {
            _ended = true;
            events.Add(new StreamEvent(new JobFinished(job, end), Id));
        }
        _version = picture.Version;
        if (isUnderWay) _runVersion = picture.Version;
        return events;

        void Add<T>((long Version, T Event)? newest, long told) where T : JobEvent
        {
            if (newest is { } one && one.Version > told) events.Add(new StreamEvent(one.Event, null));
        }
    }

    private string Id => string.Create(CultureInfo.InvariantCulture, $"{_epochs}-{Math.Max(0, _checkpoint)}");

    private void AddDurable(List<StreamEvent> events, JobId job, JobView picture)
    {
        while (_epochs < picture.Epochs.Count)
        {
            var decision = picture.Epochs[_epochs++];
            events.Add(new StreamEvent(new EpochEnded(job, picture.Plan!.BoundaryAfter(decision.Epoch), decision), Id));
        }
        if (picture.Checkpoint is { } checkpoint && checkpoint > _checkpoint)
        {
            _checkpoint = checkpoint;
            events.Add(new StreamEvent(new CheckpointSaved(job, checkpoint), Id));
        }
    }
}
