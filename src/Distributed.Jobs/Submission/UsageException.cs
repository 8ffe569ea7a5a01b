namespace Distributed.Jobs.Submission;

/// <summary>Bad usage or bad input; the message names the error, its place and the remedy in one line.</summary>
public class UsageException : Exception
{
    /// <summary>Wraps the line.</summary>
    public UsageException(string message) : base(message) { }

    /// <summary>Wraps the line and its cause.</summary>
    public UsageException(string message, Exception? inner) : base(message, inner) { }
}
