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
    /// <summary>The most epochs of one batch, so that a slow client holds no more in memory.</summary>
    private const int MostAtOnce = 500;

    private StreamStart? _start; // until the journal is known
    private bool _started;
    private int _epochs;
    private long _checkpoint = -1;
    private bool _ended;
    private long _version, _runVersion, _stateVersion; // of the picture, of the events that are sent only once the job has started, of the state

    /// <summary>Begins where it is told, or after the event of an id. An invalid id is none.</summary>
    public static StreamCursor After(string? lastEventId, StreamStart start = default)
    {
        var cursor = new StreamCursor { _start = start };
        if (lastEventId?.Split('-') is not [var epochs, var checkpoint]) return cursor;
        if (!int.TryParse(epochs, NumberStyles.None, CultureInfo.InvariantCulture, out var e)) return cursor;
        if (!long.TryParse(checkpoint, NumberStyles.None, CultureInfo.InvariantCulture, out var c)) return cursor;
        (cursor._start, cursor._started, cursor._epochs, cursor._checkpoint) = (null, true, e, c);
        return cursor;
    }

    /// <summary>Whether everything was sent and no more will come.</summary>
    public bool IsAtEnd => _ended;

    /// <summary>The picture's version at the last call.</summary>
    public long Version => _version;

    /// <summary>Whether the picture that was last asked has more for it already.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>The events that the picture has and the stream has not sent, in order; at most so many epochs at once.</summary>
    public IReadOnlyList<StreamEvent> Advance(JobId job, JobView picture)
    {
        var events = new List<StreamEvent>();
        Add(picture.State, _stateVersion);
        _stateVersion = picture.State?.Version ?? 0;
        if (picture.Started is { } started && !_started)
        {
            _started = true;
            events.Add(new StreamEvent(started, null));
        }
        var isUnderWay = _started || picture.End is not null; // until then a coordinator's reports of the run wait for the journal
        IsBehind = false;
        if (isUnderWay)
        {
            if (_start is { } start) _epochs = start.Last is { } last ? Math.Max(0, picture.Epochs.Count - last) : start.Epoch;
            _start = null;
            if (picture.Epochs.Count - _epochs > MostAtOnce)
            {
                IsBehind = true;
                AddEpochs(events, job, picture, _epochs + MostAtOnce);
                return events; // the rest comes with the last of the epochs
            }
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
        AddEpochs(events, job, picture, picture.Epochs.Count);
        if (picture.Checkpoint is { } checkpoint && checkpoint > _checkpoint)
        {
            _checkpoint = checkpoint;
            events.Add(new StreamEvent(new CheckpointSaved(job, checkpoint), Id));
        }
    }

    private void AddEpochs(List<StreamEvent> events, JobId job, JobView picture, int before)
    {
        while (_epochs < before)
        {
            var decision = picture.Epochs[_epochs++];
            events.Add(new StreamEvent(new EpochEnded(job, picture.Plan!.BoundaryAfter(decision.Epoch), decision), Id));
        }
    }
}
