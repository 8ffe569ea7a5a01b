namespace Distributed.Node.Keys;

/// <summary>A key could not be made; the message is one line for the user.</summary>
internal sealed class KeyFileException(string message, Exception? inner = null) : Exception(message, inner);
