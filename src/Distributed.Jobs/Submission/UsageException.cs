namespace Distributed.Jobs.Submission;

/// <summary>Bad usage or bad input: its message is one line that says what is wrong, where, and what would be right.</summary>
public sealed class UsageException : Exception
{
    /// <summary>Wraps the line.</summary>
    public UsageException(string message) : base(message) { }

    /// <summary>Wraps the line and its cause.</summary>
    public UsageException(string message, Exception inner) : base(message, inner) { }
}
