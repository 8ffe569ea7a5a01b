using System.Security.Cryptography;
using System.Text;

namespace Distributed.Transport.Handshakes;

/// <summary>
/// Proves knowledge of the shared secret: HMAC-SHA256, keyed with the secret, over the prover's role and both hellos with their nonces. The role
/// prevents reflection, the nonces prevent replay, the names prevent use for another pair.
/// </summary>
internal sealed class SecretProof(string? secret)
{
    public const int Size = HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(secret ?? "");

    public void Write(Span<byte> proof, bool byDialler, ReadOnlySpan<byte> diallerHello, ReadOnlySpan<byte> listenerHello)
    {
        Span<byte> message = stackalloc byte[1 + 2 * Hello.Size];
        message[0] = byDialler ? (byte)'D' : (byte)'L';
        diallerHello.CopyTo(message[1..]);
        listenerHello.CopyTo(message[(1 + Hello.Size)..]);
        HMACSHA256.HashData(_key, message, proof);
    }

    /// <summary>Compares a proof in constant time.</summary>
    public bool IsRight(ReadOnlySpan<byte> proof, bool byDialler, ReadOnlySpan<byte> diallerHello, ReadOnlySpan<byte> listenerHello)
    {
        Span<byte> expected = stackalloc byte[Size];
        Write(expected, byDialler, diallerHello, listenerHello);
        return CryptographicOperations.FixedTimeEquals(proof, expected);
    }
}
