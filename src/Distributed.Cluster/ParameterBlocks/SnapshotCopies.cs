namespace Distributed.Cluster.ParameterBlocks;

/// <summary>
/// Buffers for a block's snapshot copies, reused from checkpoint to checkpoint. As many are kept as were ever in use at once: two sets, when one is being
/// stored while the best epoch's is copied.
/// </summary>
internal sealed class SnapshotCopies
{
    private readonly Dictionary<int, Stack<byte[]>> _spare = [];

    public byte[] Rent(int length) =>
        _spare.TryGetValue(length, out var spare) && spare.TryPop(out var bytes) ? bytes : GC.AllocateUninitializedArray<byte>(length);

    public void Return(byte[] bytes)
    {
        if (!_spare.TryGetValue(bytes.Length, out var spare)) _spare[bytes.Length] = spare = new Stack<byte[]>();
        spare.Push(bytes);
    }
}
