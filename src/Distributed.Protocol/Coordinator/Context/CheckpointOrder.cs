namespace Distributed.Protocol.Coordinator.Context;

/// <summary>
/// Which of two checkpoints is stored first: the best epoch's goes before any later step. No committed checkpoint therefore lies after a best epoch
/// that is not durable: a rewind goes back before the best epoch's end and reaches it again.
/// </summary>
internal class CheckpointOrder
{
    /// <summary>Whether to store the best epoch's in-memory copy now.</summary>
    /// <param name="isDue">Whether it has been kept long enough.</param>
    /// <param name="wanted">The step of the other checkpoint that is wanted; null for none.</param>
    public virtual bool StoresKept(bool isDue, long? wanted) => isDue || wanted is not null;
}
