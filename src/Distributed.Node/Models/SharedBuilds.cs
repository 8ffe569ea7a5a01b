using Distributed.Node.Problems;

namespace Distributed.Node.Models;

/// <summary>
/// Builds each value once for all concurrent callers and caches it for later ones, within a bound of bytes that counts values kept, in use and
/// being built. Builds run one at a time, in order of request; unused values make room, the least recently used first. A value larger than the
/// bound is built when nothing else is held, and is not kept. A failed build fails its callers and is forgotten. A caller that leaves does not
/// affect the others; the last one to leave ends the build.
/// </summary>
/// <param name="limit">The most bytes.</param>
/// <param name="mostWaiting">The most askers that wait for builds; more are refused.</param>
internal sealed class SharedBuilds<TKey, TValue>(long limit, int mostWaiting)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly LinkedList<Entry> _waiting = []; // for room, in the order of asking
    private readonly LinkedList<Entry> _idle = []; // built and unused, the least recently used first
    private long _held;
    private int _askers;
    private bool _isBuilding;

    /// <summary>Bytes of everything that is kept, in use or being built.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate) return _held;
        }
    }

    /// <summary>The value of a key, not to be given up until the lease is disposed.</summary>
    /// <param name="key">Names the value: equal keys, equal values.</param>
    /// <param name="bytes">Its expected size.</param>
    /// <param name="build">Builds it, and says how many bytes it takes. Its token is cancelled when the last asker has left.</param>
    /// <param name="cancellation">The asker leaves.</param>
    /// <exception cref="ApiException">Too many wait already.</exception>
    public async Task<Lease<TValue>> RentAsync(
        TKey key, long bytes, Func<CancellationToken, Task<(TValue Value, long Bytes)>> build, CancellationToken cancellation)
    {
        var entry = Enter(key, bytes, build);
        try
        {
            var value = await entry.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return new Lease<TValue>(value, () => Leave(entry));
        }
        catch
        {
            Leave(entry);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _askers);
        }
    }

    private Entry Enter(TKey key, long bytes, Func<CancellationToken, Task<(TValue Value, long Bytes)>> build)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                if (_askers >= mostWaiting) throw TooMany();
                _entries[key] = entry = new Entry(key, bytes, build);
                _waiting.AddLast(entry.Node);
            }
            else if (entry.State != State.Built && _askers >= mostWaiting) throw TooMany();
            else if (entry.Node.List == _idle) _idle.Remove(entry.Node);
            Interlocked.Increment(ref _askers);
            entry.Users++;
            BuildNext();
            return entry;
        }
    }

    private static ApiException TooMany() => ApiException.TooMany("as many requests as may wait here for a model already", TimeSpan.FromSeconds(2));

    private void Leave(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users > 0) return;
            switch (entry.State)
            {
                case State.Built when _held <= limit:
                    _idle.AddLast(entry.Node);
                    break;
                case State.Built:
                    Forget(entry);
                    _held -= entry.Bytes;
                    break;
                case State.Waiting:
                    Forget(entry);
                    _waiting.Remove(entry.Node);
                    break;
                case State.Building:
                    Forget(entry); // its bytes are held until it has really ended
                    _ = entry.Stop!.CancelAsync();
                    break;
            }
            BuildNext();
        }
    }

    /// <summary>Begins the next build when there is room for it; called with the gate held whenever something was given up.</summary>
    private void BuildNext()
    {
        if (_isBuilding || _waiting.First is not { Value: var next }) return;
        while (_held > 0 && _held + next.Bytes > limit && _idle.First is { Value: var oldest })
        {
            _idle.RemoveFirst();
            Forget(oldest);
            _held -= oldest.Bytes;
        }
        if (_held > 0 && _held + next.Bytes > limit) return; // until a value in use is released
        _waiting.RemoveFirst();
        _held += next.Bytes;
        _isBuilding = true;
        next.State = State.Building;
        next.Stop = new CancellationTokenSource();
        _ = Task.Run(() => BuildAsync(next));
    }

    private async Task BuildAsync(Entry entry)
    {
        try
        {
            var (value, bytes) = await entry.Build(entry.Stop!.Token).ConfigureAwait(false);
            lock (_gate)
            {
                var isWanted = _entries.GetValueOrDefault(entry.Key) == entry;
                _held += (isWanted ? bytes : 0) - entry.Bytes;
                entry.Bytes = bytes;
                entry.State = isWanted ? State.Built : State.Gone;
                EndBuild();
            }
            entry.Done.TrySetResult(value);
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                if (_entries.GetValueOrDefault(entry.Key) == entry) Forget(entry);
                _held -= entry.Bytes;
                entry.State = State.Gone;
                EndBuild();
            }
            entry.Done.TrySetException(e);
            _ = entry.Done.Task.Exception; // fails the callers that still wait
        }
    }

    private void EndBuild()
    {
        _isBuilding = false;
        BuildNext();
    }

    private void Forget(Entry entry) => _entries.Remove(entry.Key);

    private enum State
    {
        Waiting,
        Building,
        Built,
        Gone,
    }

    private sealed class Entry
    {
        public Entry(TKey key, long bytes, Func<CancellationToken, Task<(TValue Value, long Bytes)>> build)
        {
            (Key, Bytes, Build) = (key, bytes, build);
            Node = new LinkedListNode<Entry>(this);
        }

        public TKey Key { get; }

        public long Bytes { get; set; }

        public Func<CancellationToken, Task<(TValue Value, long Bytes)>> Build { get; }

        public LinkedListNode<Entry> Node { get; }

        public TaskCompletionSource<TValue> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource? Stop { get; set; }

        public State State { get; set; }

        public int Users { get; set; }
    }
}

/// <summary>A value in use.</summary>
internal sealed class Lease<T>(T value, Action end) : IDisposable
{
    private Action? _end = end;

    public T Value => value;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
