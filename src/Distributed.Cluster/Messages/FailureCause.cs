namespace Distributed.Cluster.Messages;

/// <summary>The reported cause of an exception that ended a block or a worker.</summary>
/// <param name="Text">The cause in one line.</param>
/// <param name="IsOutOfMemory">Whether memory ran out.</param>
internal sealed record FailureCause(string Text, bool IsOutOfMemory)
{
    /// <summary>Finds the root exception, and whether any exception in the chain reports a lack of memory.</summary>
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
