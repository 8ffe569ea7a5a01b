using System.Security.Cryptography.X509Certificates;

namespace Distributed.Api.Client;

/// <summary>Settings of a <see cref="DistributedClient"/>.</summary>
public sealed record DistributedClientOptions
{
    /// <summary>The API key, sent as a bearer token; null for none. Of printable characters without blanks.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// The authorities whose servers are trusted, such as those in a cluster's <c>authority.pem</c>; null for those of this machine. For a client with
    /// connections of its own.
    /// </summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>
    /// How often a request that may be sent twice is retried after a broken connection or one of the statuses 429, 502, 503 and 504: reads, uploads and
    /// submissions. A request that changes something else is sent once.
    /// </summary>
    public int Retries { get; init; } = 3;

    /// <summary>The wait before the first retry. It doubles with each retry; a longer <c>Retry-After</c> of the server wins.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two attempts. A server that asks for a longer one is not asked again.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request waits for its answer. Uploads have no bound; downloads and streams have it until their first byte.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long a download or a stream of events may be silent before it counts as broken. A gateway sends a comment every 10 s.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of every wait.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
