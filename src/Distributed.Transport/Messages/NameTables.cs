using Distributed.Protocol.Identity;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>The numbers that this side of a connection has given to names. When too few are left, numbering starts over.</summary>
internal sealed class SentNames
{
    private readonly Dictionary<string, byte> _slots = new(StringComparer.Ordinal);

    /// <summary>Finds a name's slot. Returns false when it is new: then a <see cref="NameFrame"/> has to be sent first.</summary>
    public bool TryGet(string name, out byte slot)
    {
        if (_slots.TryGetValue(name, out slot)) return true;
        slot = (byte)_slots.Count;
        _slots.Add(name, slot);
        return false;
    }

    /// <summary>A name's slot that the peer knows; null for a name that was not sent.</summary>
    public byte? Find(string name) => _slots.TryGetValue(name, out var slot) ? slot : null;

    /// <summary>Forgets all when fewer than <paramref name="count"/> numbers are left, so that names of one frame keep theirs.</summary>
    public void MakeRoom(int count)
    {
        if (_slots.Count > NameFrame.Slots - count) _slots.Clear();
    }
}

/// <summary>The names behind the numbers of the other side: at most <see cref="NameFrame.Slots"/> texts.</summary>
internal sealed class ReceivedNames
{
    private readonly string?[] _names = new string?[NameFrame.Slots];
    private readonly JobId[] _jobs = new JobId[NameFrame.Slots];

    public void Set(NameFrame frame)
    {
        _names[frame.Slot] = frame.Text;
        _jobs[frame.Slot] = JobId.TryParse(frame.Text, out var job) ? job : default;
    }

    public bool TryGetJob(byte slot, out JobId job)
    {
        job = _jobs[slot];
        return job.Value is not null;
    }

    public bool TryGetWorker(byte slot, out WorkerId worker)
    {
        worker = new WorkerId(_names[slot] ?? "");
        return _names[slot] is not null;
    }
}
