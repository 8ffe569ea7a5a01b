using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// Messages that wait for a stride's end, in their order. Bounded: beyond the bound a message is dropped, as if it were lost on its way.
/// </summary>
internal sealed class DeferredMessages
{
    /// <summary>Maximum number of messages.</summary>
    public const int Most = 1024;

    private readonly Queue<IBlockMessage> _waiting = new();

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Keeps a message.</summary>
    public void Add(IBlockMessage message)
    {
        if (_waiting.Count < Most) _waiting.Enqueue(message);
        else (message as PushGradient)?.Lease?.Dispose();
    }

    /// <summary>Takes the messages that wait now.</summary>
    public IReadOnlyList<IBlockMessage> TakeAll()
    {
        IBlockMessage[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }
}
