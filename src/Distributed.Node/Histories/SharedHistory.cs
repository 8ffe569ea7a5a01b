using Distributed.Cluster.Stores;

namespace Distributed.Node.Histories;

/// <summary>
/// One job's history for all its readers. A reading asks the journal only for what came since the last one. Readers that come during a reading share
/// the next one, since the present one may have begun before what they must see was written.
/// </summary>
/// <param name="read">Reads the journal's events after a sequence number.</param>
internal sealed class SharedHistory(Func<long, Task<IReadOnlyList<JournalRow>>> read)
{
    private readonly Lock _gate = new();
    private HistoryPicture _picture = HistoryPicture.Empty;
    private Task<HistoryPicture>? _present;
    private Task<HistoryPicture>? _next;

    /// <summary>Its size in memory, roughly.</summary>
    public long Bytes => Volatile.Read(ref _picture).Bytes;

    /// <summary>Everything that was written before the call. A job that has ended writes nothing more.</summary>
    public Task<HistoryPicture> ReadAsync()
    {
        lock (_gate)
        {
            if (_picture.History.End is not null) return Task.FromResult(_picture);
            if (_present is null) return _present = ReadNewAsync(null);
            return _next ??= ReadNewAsync(_present);
        }
    }

    private async Task<HistoryPicture> ReadNewAsync(Task? before)
    {
        if (before is not null) await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var picture = Volatile.Read(ref _picture);
            picture = picture.With(await read(picture.Number).ConfigureAwait(false));
            Volatile.Write(ref _picture, picture);
            return picture;
        }
        finally
        {
            lock (_gate) (_present, _next) = (_next, null);
        }
    }
}
