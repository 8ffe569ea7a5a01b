using Distributed.Protocol.Messages;

namespace Distributed.Simulation.Tests.World;

/// <summary>The terms of a coordinator's commands.</summary>
internal static class Terms
{
    /// <summary>The term of a command; 0 for a message that is no command, or only says that the job rests.</summary>
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

    /// <summary>The same message under the current term, where its own is older.</summary>
    public static object WithTermOf(this object message, long present) => message.TermOf() is var term && (term == 0 || term >= present)
        ? message
        : message switch
        {
            GetBlockState m => m with { Term = present },
            LoadBlock m => m with { Term = present },
            AssignBlock m => m with { Term = present },
            OpenBlockEpoch m => m with { Term = present },
            OpenCheckpoint m => m with { Term = present },
            CloseCheckpoint m => m with { Term = present },
            HoldBlock m => m with { Term = present },
            AssignWorker m => m with { Term = present },
            AuditShard m => m with { Term = present },
            OpenWorkerEpoch m => m with { Term = present },
            _ => message,
        };
}
