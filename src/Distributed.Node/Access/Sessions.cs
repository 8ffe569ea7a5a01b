using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Node.Keys;
using Distributed.Transport.Files;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Access;

/// <summary>A signed-in page user: the key that was shown, and until when.</summary>
/// <param name="KeyName">The key's name.</param>
/// <param name="KeyHash">The key's SHA-256: a key of the same name that replaced it ends the session.</param>
/// <param name="Ends">The first moment at which it no longer counts (UTC).</param>
internal sealed record Session(string KeyName, string KeyHash, DateTimeOffset Ends);

/// <summary>
/// Sessions of pages: a random id in a cookie stands for a key, which the browser does not keep. An id ends with its time, by signing out, and with its
/// key. Only hashes of ids are kept, in a file of the data folder, so sessions outlive a restart and the file opens nothing. Thread-safe.
/// </summary>
/// <param name="path">The file; null keeps them in memory alone.</param>
/// <param name="keys">The keys in use.</param>
/// <param name="clock">The clock of their ends.</param>
/// <param name="logger">Where a file that cannot be used is told.</param>
internal sealed class Sessions(string? path, WatchedKeys keys, TimeProvider clock, ILogger logger)
{
    /// <summary>Sessions that are kept; the one that ends first gives its place to a new one.</summary>
    public const int Most = 10_000;

    /// <summary>How long one lives.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private Dictionary<string, Session>? _known;

    /// <summary>Begins a session.</summary>
    /// <returns>Its id: 256 random bits.</returns>
    public string Begin(ApiKey key)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var ends = clock.GetUtcNow() + Life;
        lock (_lock)
        {
            var known = Known();
            foreach (var over in known.Where(entry => entry.Value.Ends <= clock.GetUtcNow()).Select(entry => entry.Key).ToList()) known.Remove(over);
            if (known.Count >= Most) known.Remove(known.MinBy(entry => entry.Value.Ends).Key);
            known[HashOf(id)] = new Session(key.Name, Convert.ToHexStringLower(key.Hash), key.Expires is { } end && end < ends ? end : ends);
            Save(known);
        }
        return id;
    }

    /// <summary>The key of a session, as it is now; null for an unknown session, one that has ended, and one whose key is gone.</summary>
    public ApiKey? Find(string id)
    {
        Session? session;
        lock (_lock) session = Known().GetValueOrDefault(HashOf(id));
        var now = clock.GetUtcNow();
        if (session is null || session.Ends <= now) return null;
        var key = keys.Current.FindByHash(session.KeyName, session.KeyHash);
        return key?.Expires <= now ? null : key;
    }

    /// <summary>Ends a session.</summary>
    public void End(string id)
    {
        lock (_lock)
            if (Known().Remove(HashOf(id))) Save(Known());
    }

    private static string HashOf(string id) => Convert.ToHexStringLower(ApiKey.HashOf(id));

    private Dictionary<string, Session> Known()
    {
        if (_known is not null) return _known;
        try
        {
            if (path is not null && File.Exists(path)) return _known = JsonSerializer.Deserialize(File.ReadAllBytes(path), SessionJson.Default.DictionaryStringSession) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogWarning("The sessions of {File} are not used, their users sign in again: {Reason}", path, e.Message);
        }
        return _known = [];
    }

    private void Save(Dictionary<string, Session> known)
    {
        if (path is null) return;
        try
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
            var next = path + ".new";
            using (var file = PrivateFile.Open(next, FileMode.Create)) JsonSerializer.Serialize(file, known, SessionJson.Default.DictionaryStringSession);
            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The sessions cannot be kept in {File}, a restart ends them: {Reason}", path, e.Message);
        }
    }
}

/// <summary>Writes <see cref="Session"/> without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dictionary<string, Session>))]
internal sealed partial class SessionJson : JsonSerializerContext;
