using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Distributed.Node.Keys;

/// <summary>
/// One key of the API. Only its SHA-256 is kept: a key is 256 random bits, which no search through hashes finds, so a slow hash would gain nothing.
/// </summary>
/// <param name="Name">Its holder.</param>
/// <param name="Role">What the holder may do.</param>
/// <param name="Expires">The first moment at which it is no longer accepted; null for never.</param>
/// <param name="Hash">SHA-256 of the key.</param>
internal sealed record ApiKey(string Name, ApiRole Role, DateTimeOffset? Expires, byte[] Hash)
{
    private const string Never = "never";
    private const string HashMark = "sha256";
    private const string Date = "yyyy-MM-dd";

    /// <summary>The shortest key in characters that stands in a file itself: 128 bits as hex take 32.</summary>
    private const int ShortestKey = 20;

    private const int LongestName = 64;

    /// <summary>A line of a key file: <c>NAME:ROLE:EXPIRES:sha256:HASH</c>.</summary>
    public override string ToString() =>
        $"{Name}:{ApiRoles.NameOf(Role)}:{Expires?.ToString(Date, CultureInfo.InvariantCulture) ?? Never}:{HashMark}:{Convert.ToHexStringLower(Hash)}";

    /// <summary>Whether a name can stand in a line.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => c is > ' ' and <= '~' and not (':' or ';' or '#'));

    /// <summary>Reads the day on which a key ends (it is the first on which it is refused), or <c>never</c>; false for another text.</summary>
    public static bool TryParseExpiry(string text, out DateTimeOffset? expires)
    {
        expires = null;
        if (text == Never) return true;
        if (!DateTimeOffset.TryParseExact(text, Date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)) return false;
        expires = day;
        return true;
    }

    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Reads a line: the form above, or <c>NAME:ROLE:KEY</c> of earlier releases, with the role read (reader) or write (operator).</summary>
    /// <exception cref="FormatException">It is neither; the message has nothing of the key.</exception>
    public static ApiKey Parse(string line, int number)
    {
        var parts = line.Split(':', 3, StringSplitOptions.TrimEntries);
        if (parts.Length != 3 || parts[0].Length is 0 or > LongestName || parts[0].Any(char.IsControl))
            throw new FormatException($"line {number} is not {Form}");
        if (parts[1] is "read" or "write")
        {
            return parts[2].Length >= ShortestKey
                ? new ApiKey(parts[0], parts[1] == "read" ? ApiRole.Reader : ApiRole.Operator, null, HashOf(parts[2]))
                : throw new FormatException($"the key of line {number} is shorter than {ShortestKey} characters");
        }
        var role = ApiRoles.Find(parts[1])
            ?? throw new FormatException($"the role of line {number} is none of {string.Join(", ", ApiRoles.All.Select(ApiRoles.NameOf))}, and neither read nor write of earlier releases");
        var rest = parts[2].Split(':', StringSplitOptions.TrimEntries);
        if (rest.Length != 3 || rest[1] != HashMark || !IsHash(rest[2])) throw new FormatException($"line {number} is not {Form}");
        return TryParseExpiry(rest[0], out var expires)
            ? new ApiKey(parts[0], role, expires, Convert.FromHexString(rest[2]))
            : throw new FormatException($"line {number} ends neither on a day such as 2030-12-31 nor {Never}");
    }

    private const string Form = "NAME:ROLE:EXPIRES:sha256:HASH, as 'distributed-node keys add' writes it";

    private static bool IsHash(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigit);
}
