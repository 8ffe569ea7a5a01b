namespace Distributed.Node.Access;

/// <summary>On the endpoints of pages: a browser that is not signed in is sent to the sign-in page.</summary>
internal sealed class PageMark
{
    /// <summary>The sign-in page.</summary>
    public const string SignInPath = "/sign-in";
}
