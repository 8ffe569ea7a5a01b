namespace Distributed.Console;

/// <summary>Bad usage or bad input: its message is one line that says what is wrong, where, and what would be right. Ends with <see cref="ExitCode.BadUsage"/>.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message) : base(message) { }

    public UsageException(string message, Exception inner) : base(message, inner) { }
}
