namespace Distributed.Cluster;

/// <summary>An expected failure, described in one line that the user can act on.</summary>
public class TrainingException : Exception
{
    /// <summary>Creates an exception with a one-line message.</summary>
    public TrainingException(string message) : base(message) { }

    /// <summary>Creates an exception with a one-line message and its cause, shown only on request.</summary>
    public TrainingException(string message, Exception inner) : base(message, inner) { }
}
