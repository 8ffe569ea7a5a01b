using Distributed.Protocol.Specification;

namespace Distributed.Console.Reports;

/// <summary>Names the reason why a job completed.</summary>
internal static class StopWords
{
    /// <summary>Why a job completed, as one lower-case word.</summary>
    public static string Of(StopReason reason) => reason switch
    {
        StopReason.Epochs => "epochs",
        StopReason.Target => "target",
        StopReason.Patience => "patience",
        StopReason.Cancelled => "cancelled",
        StopReason.Rung => "rung",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    /// <summary>Why a job completed, as the end of a sentence.</summary>
    public static string Because(StopReason reason) => reason switch
    {
        StopReason.Target => "its target was reached",
        StopReason.Patience => "no epoch improved any more",
        StopReason.Cancelled => "it was cancelled",
        StopReason.Rung => "other trials of its search went on",
        _ => "all its epochs are done",
    };
}
