namespace Distributed.Node.Access;

/// <summary>Why a key or a token does not let in; the message is for the caller and the log, and has nothing of the secret.</summary>
internal sealed class SignInFailure(string reason) : Exception(reason);
