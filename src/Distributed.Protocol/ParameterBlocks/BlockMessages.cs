using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>The dispatch table of a parameter block, shared by its actor and the simulation.</summary>
internal static class BlockMessages
{
    /// <summary>Dispatches a message to its rule, at the latest at a stride's end; false when the rule does not handle it.</summary>
    /// <param name="block">The rule.</param>
    /// <param name="message">A message to the block.</param>
    /// <param name="now">The time.</param>
    public static bool TryTake(this ParameterBlock block, IBlockMessage message, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Drops(message) || block.Defers(message, now)) return true;
        switch (message)
        {
            // from workers, on the hot path first
            case PushGradient m: block.OnPushGradient(m, now); return true;
            case GetWeights m: block.OnGetWeights(m); return true;
            case PushShardHash m: block.OnPushShardHash(m, now); return true;
            case PushEvaluation m: block.OnPushEvaluation(m, now); return true;

            // from the coordinator
            case GetBlockState m: block.OnGetBlockState(m); return true;
            case LoadBlock m: block.OnLoadBlock(m); return true;
            case AssignBlock m: block.OnAssign(m); return true;
            case OpenBlockEpoch m: block.OnOpenEpoch(m, now); return true;
            case OpenCheckpoint m: block.OnOpenCheckpoint(m); return true;
            case CloseCheckpoint m: block.OnCloseCheckpoint(m); return true;
            case HoldBlock m: block.OnHold(m); return true;
            case ReleaseBlock m: block.OnRelease(m); return true;
            case EndBlock m: block.OnEnd(m); return true;
            default: return false;
        }
    }
}
