namespace Distributed.Transport.Handshakes;

/// <summary>One side's answer to the other's proof. The numbers are wire format.</summary>
internal enum Verdict : uint
{
    /// <summary>The connection counts.</summary>
    Welcome = 1,

    /// <summary>The proof is wrong: the secrets differ.</summary>
    WrongSecret = 2,

    /// <summary>The pair is connected already: both sides dialled at the same time.</summary>
    AlreadyConnected = 3,

    /// <summary>The node is about to stop.</summary>
    Stopping = 4,
}

internal static class VerdictText
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.WrongSecret => "the peer does not accept the shared secret",
        Verdict.AlreadyConnected => "the pair is connected already",
        Verdict.Stopping => "the peer is about to stop",
        _ => $"the peer answers with an unknown verdict {(uint)verdict}",
    };
}
