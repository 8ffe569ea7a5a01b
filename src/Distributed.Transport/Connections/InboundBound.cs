namespace Distributed.Transport.Connections;

/// <summary>Counts accepted connections against two bounds: all, and those before the end of their hand-shake.</summary>
internal sealed class InboundBound(int maximum, int maximumHandshakes)
{
    private readonly Lock _lock = new();
    private int _all, _handshakes;

    /// <summary>A connection was accepted; false when there are too many.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_all >= maximum || _handshakes >= maximumHandshakes) return false;
            _all++;
            _handshakes++;
            return true;
        }
    }

    /// <summary>A connection is authenticated.</summary>
    public void Prove()
    {
        lock (_lock) _handshakes--;
    }

    /// <summary>A connection is over.</summary>
    public void Leave(bool proven)
    {
        lock (_lock)
        {
            _all--;
            if (!proven) _handshakes--;
        }
    }
}
