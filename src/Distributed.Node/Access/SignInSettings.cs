using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Access;

/// <summary>Who is let in.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Tokens">Whose tokens; null for none.</param>
internal sealed record SignInSettings(WatchedKeys Keys, TokenSettings? Tokens)
{
    /// <summary>Whether nobody has to sign in.</summary>
    public bool IsOpen => Keys.IsOpen && Tokens is null;
}
