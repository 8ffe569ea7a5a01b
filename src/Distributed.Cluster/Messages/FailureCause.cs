namespace Distributed.Cluster.Messages;

/// <summary>What an exception that ended a block or a worker tells people.</summary>
/// <param name="Text">In one line.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
internal sealed record FailureCause(string Text, bool IsOutOfMemory)
{
    /// <summary>Looks for the exception that began it, and for one that says that there was no memory.</summary>
    public static FailureCause Of(Exception exception)
    {
        var first = exception;
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            if (at is OutOfMemoryException) return new FailureCause("out of memory", true);
            first = at;
        }
        if (exception is AggregateException { InnerExceptions: var all } && all.Select(Of).FirstOrDefault(cause => cause.IsOutOfMemory) is { } found) return found;
        return new FailureCause($"{first.GetType().Name}: {first.Message.ReplaceLineEndings(" ")}", false);
    }
}
