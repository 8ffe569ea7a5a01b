namespace Distributed.Data.Compressed;

/// <summary>
/// Ends the reading of packed files when nobody waits for it any more: a small file may unpack to gigabytes. Counts for everything that the calling flow
/// opens until it is disposed.
/// </summary>
public sealed class ReadingScope : IDisposable
{
    private static readonly AsyncLocal<CancellationToken> Ambient = new();

    private readonly CancellationToken _before = Ambient.Value;

    /// <summary>Begins a scope.</summary>
    /// <param name="cancellation">Cancelled when the reading is to end, with an <see cref="OperationCanceledException"/>.</param>
    public ReadingScope(CancellationToken cancellation) => Ambient.Value = cancellation;

    internal static CancellationToken Cancellation => Ambient.Value;

    /// <summary>Ends the scope.</summary>
    public void Dispose() => Ambient.Value = _before;
}
