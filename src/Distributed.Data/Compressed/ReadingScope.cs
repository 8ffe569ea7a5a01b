namespace Distributed.Data.Compressed;

/// <summary>
/// Bounds the reading of files from outside: a small file may unpack to gigabytes. It ends when nobody waits for it any more, and says what memory
/// tables take while they grow. Counts for everything that the calling flow opens until it is disposed.
/// </summary>
public sealed class ReadingScope : IDisposable
{
    private static readonly AsyncLocal<ReadingScope?> Ambient = new();

    private readonly ReadingScope? _before = Ambient.Value;
    private readonly CancellationToken _cancellation;
    private readonly Action<long>? _takeMemory;

    /// <summary>Begins a scope.</summary>
    /// <param name="cancellation">Cancelled when the reading is to end, with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="takeMemory">Called with the bytes that a table takes further; what it throws ends the reading. Null where memory is not counted.</param>
    public ReadingScope(CancellationToken cancellation, Action<long>? takeMemory = null)
    {
        (_cancellation, _takeMemory) = (cancellation, takeMemory);
        Ambient.Value = this;
    }

    internal static CancellationToken Cancellation => Ambient.Value?._cancellation ?? default;

    internal static void TakeMemory(long bytes) => Ambient.Value?._takeMemory?.Invoke(bytes);

    /// <summary>Ends the scope.</summary>
    public void Dispose() => Ambient.Value = _before;
}
