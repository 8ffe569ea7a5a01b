using System.Security.Cryptography;
using System.Text;

namespace Distributed.Node.Configuration;

/// <summary>The role of a key.</summary>
internal enum ApiRole
{
    /// <summary>Look, and predict.</summary>
    Read,

    /// <summary>Everything.</summary>
    Write,
}

/// <summary>A key's holder, as known after its check.</summary>
internal sealed record ApiKeyHolder(string Name, ApiRole Role);

/// <summary>The named keys of the API. Only hashes of the keys are held, and nothing of a key is ever written to a log.</summary>
internal sealed class ApiKeys
{
    /// <summary>The shortest key in characters: 128 bits as hex take 32.</summary>
    public const int ShortestKey = 20;

    private readonly (ApiKeyHolder Holder, byte[] Hash)[] _keys;

    private ApiKeys((ApiKeyHolder, byte[])[] keys) => _keys = keys;

    /// <summary>No keys: everybody may do everything.</summary>
    public static ApiKeys None { get; } = new([]);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>Reads lines (or parts between semicolons) of the form <c>name:role:key</c>; empty ones and those that begin with # do not count.</summary>
    /// <exception cref="FormatException">A line is not a key; the message names its number, never its text.</exception>
    public static ApiKeys Parse(string text)
    {
        var keys = new List<(ApiKeyHolder, byte[])>();
        var number = 0;
        foreach (var raw in text.Split(['\n', ';']))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var parts = line.Split(':', 3, StringSplitOptions.TrimEntries);
            if (parts.Length != 3 || parts[0].Length is 0 or > 64) throw new FormatException($"line {number} is not NAME:ROLE:KEY");
            ApiRole? role = parts[1] switch { "read" => ApiRole.Read, "write" => ApiRole.Write, _ => null };
            if (role is null) throw new FormatException($"the role of line {number} is neither read nor write");
            if (parts[2].Length < ShortestKey) throw new FormatException($"the key of line {number} is shorter than {ShortestKey} characters");
            if (keys.Any(key => key.Item1.Name == parts[0])) throw new FormatException($"the name of line {number} stands there twice");
            keys.Add((new ApiKeyHolder(parts[0], role.Value), HashOf(parts[2])));
        }
        return keys.Count > 0 ? new ApiKeys([.. keys]) : throw new FormatException("there is no key: expected a line NAME:ROLE:KEY with the role read or write");
    }

    /// <summary>The holder of a key; null for an unknown one. Compares with every key in constant time.</summary>
    public ApiKeyHolder? Find(string key)
    {
        var hash = HashOf(key);
        ApiKeyHolder? found = null;
        foreach (var (holder, expected) in _keys)
            if (CryptographicOperations.FixedTimeEquals(hash, expected)) found = holder;
        return found;
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
