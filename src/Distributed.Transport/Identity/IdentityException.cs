namespace Distributed.Transport.Identity;

/// <summary>A node's certificates cannot be used; the message names the file and says what to do.</summary>
public sealed class IdentityException(string message, Exception? cause = null) : Exception(message, cause);
