using Distributed.Protocol.Messages;

namespace Distributed.Simulation.Tests.World;

/// <summary>The terms of a coordinator's commands.</summary>
internal static class Terms
{
    /// <summary>The term under which a message commands; 0 for one that commands nothing, or only says that the job rests.</summary>
    public static long TermOf(this object message) => message switch
    {
        GetBlockState m => m.Term,
        LoadBlock m => m.Term,
        AssignBlock m => m.Term,
        OpenBlockEpoch m => m.Term,
        OpenCheckpoint m => m.Term,
        CloseCheckpoint m => m.Term,
        HoldBlock m => m.Term,
        JoinJob m => m.Term,
        AssignWorker m => m.Term,
        AuditShard m => m.Term,
        OpenWorkerEpoch m => m.Term,
        _ => 0,
    };
}
