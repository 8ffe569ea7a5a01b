namespace Distributed.Cluster.Compute;

/// <summary>
/// Which threads are in a stride. It begins when all of them are inside and ends with the last one to leave; a door that is closed before anyone came in
/// is ended by the one who closes it. Thread-safe.
/// </summary>
internal sealed class StrideDoor
{
    private readonly Lock _gate = new();
    private int _inside;
    private volatile bool _isClosed;
    private bool _hasBegun;

    /// <summary>Whether the door is closed: no thread enters and no further step begins.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Comes in. False when the stride is over.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _inside++;
            return true;
        }
    }

    /// <summary>All threads are inside. False when the door was closed before: no step may begin.</summary>
    public bool TryBegin()
    {
        lock (_gate) return _hasBegun = !_isClosed;
    }

    /// <summary>Leaves and closes the door. Returns whether the stride ends with it.</summary>
    public bool Leave()
    {
        lock (_gate)
        {
            _isClosed = true;
            return --_inside == 0;
        }
    }

    /// <summary>Closes the door. Returns whether the stride ends with it, which is so when no thread is inside.</summary>
    /// <param name="hasBegun">Whether steps are being made, or were: the threads inside find the end themselves.</param>
    public bool Close(out bool hasBegun)
    {
        lock (_gate)
        {
            hasBegun = _hasBegun || _isClosed;
            _isClosed = true;
            return !hasBegun && _inside == 0;
        }
    }
}
