using System.Security.Cryptography;

namespace Distributed.Node.Keys;

/// <summary>The named keys of the API. Only hashes of the keys are held, and nothing of a key is ever written to a log.</summary>
internal sealed class ApiKeys
{
    private readonly ApiKey[] _keys;

    private ApiKeys(ApiKey[] keys) => _keys = keys;

    /// <summary>No keys: unless tokens are accepted, everybody may do everything.</summary>
    public static ApiKeys None { get; } = new([]);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>The keys' names, in the order of the file.</summary>
    public IEnumerable<string> Names => _keys.Select(key => key.Name);

    /// <summary>Each key's name, role and end, for display.</summary>
    public IEnumerable<string> Named() => _keys.Select(key => $"{key.Name} ({ApiRoles.NameOf(key.Role)}{(key.Expires is { } end ? $", until {end:yyyy-MM-dd}" : "")})");

    /// <summary>Reads the lines (or parts between semicolons) of a key file; empty ones and those that begin with # do not count.</summary>
    /// <exception cref="FormatException">A line is not a key; the message names its number, never its text.</exception>
    public static ApiKeys Parse(string text)
    {
        var keys = new List<ApiKey>();
        var number = 0;
        foreach (var raw in text.Split(['\n', ';']))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var key = ApiKey.Parse(line, number);
            if (keys.Exists(known => known.Name == key.Name)) throw new FormatException($"the name of line {number} stands there twice");
            keys.Add(key);
        }
        return new ApiKeys([.. keys]);
    }

    /// <summary>The entry of a key, which may have expired; null for an unknown one. Compares with every key in constant time.</summary>
    public ApiKey? Find(string key)
    {
        var hash = ApiKey.HashOf(key);
        ApiKey? found = null;
        foreach (var candidate in _keys)
            if (CryptographicOperations.FixedTimeEquals(hash, candidate.Hash)) found = candidate;
        return found;
    }

    /// <summary>The entry of a name and the hash of its key (hex); null when there is no such key any more.</summary>
    public ApiKey? FindByHash(string name, string hash) =>
        Array.Find(_keys, key => key.Name == name && CryptographicOperations.FixedTimeEquals(key.Hash, Convert.FromHexString(hash)));
}
