namespace Distributed.Protocol.Coordinator.Context;

/// <summary>
/// Which of two checkpoints is stored first: the best epoch's before any of a later step. So no committed checkpoint lies after a best epoch
/// that is not durable: a rewind leads to before the best epoch's end, which is then met again.
/// </summary>
internal class CheckpointOrder
{
    /// <summary>Whether the best epoch's copy, which is kept in memory, is stored now.</summary>
    /// <param name="isDue">Whether it was kept long enough.</param>
    /// <param name="wanted">The step of the checkpoint that is wanted otherwise; null for none.</param>
    public virtual bool StoresKept(bool isDue, long? wanted) => isDue || wanted is not null;
}
