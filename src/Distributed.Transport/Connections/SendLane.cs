using Distributed.Transport.Messages;

namespace Distributed.Transport.Connections;

/// <summary>The waiting messages of one kind, in order of arrival. Not thread-safe: the queue's lock guards it.</summary>
/// <param name="capacity">Messages at most; the queue adds none beyond it.</param>
internal sealed class SendLane<T>(int capacity) where T : struct, IOutgoing<T>
{
    private readonly (long Arrival, T Message)[] _ring = new (long, T)[capacity];
    private int _first;

    /// <summary>Waiting messages.</summary>
    public int Count { get; private set; }

    /// <summary>When the first one arrived; <see cref="long.MaxValue"/> when none waits.</summary>
    public long FirstArrival => Count == 0 ? long.MaxValue : At(0).Arrival;

    public void Add(long arrival, in T message) => At(Count++) = (arrival, message);

    /// <summary>Takes the first message if it arrived at <paramref name="arrival"/>.</summary>
    public bool TryTake(long arrival, out T message)
    {
        message = default;
        if (FirstArrival != arrival) return false;
        message = At(0).Message;
        At(0) = default;
        _first = (_first + 1) % capacity;
        Count--;
        return true;
    }

    /// <summary>Whether a message with the same content waits.</summary>
    public bool Holds(in T message)
    {
        for (var i = 0; i < Count; i++)
            if (At(i).Message.IsSameAs(message)) return true;
        return false;
    }

    /// <summary>The place of the oldest version that <paramref name="message"/> supersedes; -1 when there is none.</summary>
    public int OldestSuperseded(in T message, out int versions)
    {
        var oldest = -1;
        versions = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!At(i).Message.IsSupersededBy(message)) continue;
            versions++;
            if (oldest < 0 || At(i).Message.IsSupersededBy(At(oldest).Message)) oldest = i;
        }
        return oldest;
    }

    /// <summary>Removes a message without sending it.</summary>
    public IDisposable? Discard(int place)
    {
        var inUse = At(place).Message.InUse;
        for (var i = place; i < Count - 1; i++) At(i) = At(i + 1);
        At(--Count) = default;
        return inUse;
    }

    /// <summary>Removes all messages without sending them.</summary>
    public void DiscardAll(List<IDisposable> released)
    {
        while (Count > 0)
            if (Discard(Count - 1) is { } inUse) released.Add(inUse);
    }

    private ref (long Arrival, T Message) At(int place) => ref _ring[(_first + place) % capacity];
}
