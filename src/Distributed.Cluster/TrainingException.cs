namespace Distributed.Cluster;

/// <summary>An expected failure, said in one line that a user can act upon.</summary>
public class TrainingException : Exception
{
    /// <summary>Wraps the line.</summary>
    public TrainingException(string message) : base(message) { }

    /// <summary>Wraps the line and its cause, shown only when asked for.</summary>
    public TrainingException(string message, Exception inner) : base(message, inner) { }
}
