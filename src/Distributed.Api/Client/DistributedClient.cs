using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;

namespace Distributed.Api.Client;

/// <summary>
/// A client of a cluster's HTTP API: one address is all that it knows of the cluster. It may be used from many threads at once, and holds no state
/// between requests. Every failure but a cancellation is a <see cref="DistributedApiException"/>; a request that may be sent twice is retried, see
/// <see cref="DistributedClientOptions.Retries"/>.
/// </summary>
public sealed partial class DistributedClient : IDisposable
{
    private const long LongestAnswer = 64 << 20;

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly DistributedClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ResiliencePipeline _retries;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="server">A gateway: <c>http://host:port</c>, or <c>https://host</c>, perhaps with a path before <c>/api</c>.</param>
    /// <param name="options">Key, retries and bounds; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is not an absolute one of HTTP, or the key has other characters than printable ones.</exception>
    public DistributedClient(Uri server, DistributedClientOptions? options = null)
        : this(new HttpClient(Handler(options?.Authorities)) { Timeout = Timeout.InfiniteTimeSpan }, server, options, ownsHttp: true)
    {
    }

    /// <summary>A client over given connections, such as those of an <c>IHttpClientFactory</c>.</summary>
    /// <param name="http">
    /// Its <see cref="HttpClient.BaseAddress"/> is the server. It stays the caller's. Its <see cref="HttpClient.Timeout"/> also ends uploads; give one that is
    /// long enough, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </param>
    /// <param name="options">Key, retries and bounds; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no address, or not one of HTTP, or the key has other characters than printable ones.</exception>
    public DistributedClient(HttpClient http, DistributedClientOptions? options = null)
        : this(http, http?.BaseAddress ?? throw new ArgumentException("the client has no BaseAddress: set it to a gateway's, such as http://127.0.0.1:8080", nameof(http)), options, ownsHttp: false)
    {
    }

    private DistributedClient(HttpClient http, Uri server, DistributedClientOptions? options, bool ownsHttp)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
            throw new ArgumentException($"'{server}' is not the address of a server: http://HOST:PORT or https://HOST", nameof(server));
        options ??= new DistributedClientOptions();
        if (options.ApiKey is { } key && (key.Length == 0 || !key.All(c => c is > ' ' and <= '~')))
            throw new ArgumentException("an API key has printable characters without blanks", nameof(options));
        (_http, _ownsHttp, _options, _clock) = (http, ownsHttp, options, options.Clock);
        Server = new Uri(server.GetLeftPart(UriPartial.Path).TrimEnd('/'));
        _retries = Retries(options);
    }

    /// <summary>The server's address.</summary>
    public Uri Server { get; }

    /// <summary>Closes the connections of this client's own.</summary>
    public void Dispose()
    {
        if (_ownsHttp) _http.Dispose();
    }

    /// <summary>Connections that live for five minutes at most, so that a name's new address is found.</summary>
    private static SocketsHttpHandler Handler(X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (authorities is not null) handler.Trust(authorities);
        return handler;
    }

    private static ResiliencePipeline Retries(DistributedClientOptions options) => options.Retries <= 0 ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = options.Clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            // A server that was never there is not waited for.
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is DistributedApiException { IsTransient: true, IsUnconnected: false } failure
                && (failure.RetryAfter ?? TimeSpan.Zero) <= options.LongestRetryDelay),
            DelayGenerator = attempt =>
            {
                var backOff = options.RetryDelay * Math.Pow(2, attempt.AttemptNumber);
                var asked = (attempt.Outcome.Exception as DistributedApiException)?.RetryAfter ?? TimeSpan.Zero;
                return ValueTask.FromResult<TimeSpan?>(Least(options.LongestRetryDelay, asked > backOff ? asked : backOff));
            },
        }).Build();

    /// <summary>A read, retried.</summary>
    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        RetryAsync(token => ReadAsync(() => Request(HttpMethod.Get, path), type, _options.AnswerTimeout, token), cancellation);

    /// <summary>A change, sent once.</summary>
    private Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        ReadAsync(() => Request(HttpMethod.Post, path, content), type, _options.AnswerTimeout, cancellation);

    /// <summary>A change without an answer, sent once.</summary>
    private Task<bool> SendOnceAsync(HttpMethod method, string path, CancellationToken cancellation) => AttemptAsync(async token =>
    {
        using var request = Request(method, path);
        using var response = await SendAsync(request, token).ConfigureAwait(false);
        return true;
    }, _options.AnswerTimeout, cancellation);

    private Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation) =>
        _retries.ExecuteAsync(async token => await attempt(token).ConfigureAwait(false), cancellation).AsTask();

    /// <summary>One request whose answer is a JSON document.</summary>
    private Task<T> ReadAsync<T>(Func<HttpRequestMessage> create, JsonTypeInfo<T> type, TimeSpan bound, CancellationToken cancellation) => AttemptAsync(async token =>
    {
        using var request = create();
        using var response = await SendAsync(request, token).ConfigureAwait(false);
        return await ParseAsync(request, response, type, token).ConfigureAwait(false);
    }, bound, cancellation);

    private async Task<T> ParseAsync<T>(HttpRequestMessage request, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellation).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation).ConfigureAwait(false) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw Unexpected($"answers {request.Method} {request.RequestUri!.AbsolutePath} with something else than this client expects", e);
        }
    }

    /// <summary>Carries out one attempt within a bound in time; a broken connection becomes <see cref="ApiErrorReason.Unreachable"/>.</summary>
    private async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> attempt, TimeSpan bound, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(bound, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await attempt(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Unreachable(new IOException($"no answer within {bound.TotalSeconds:0} s", e));
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            throw Unreachable(e);
        }
    }

    /// <summary>Sends a request; the answer is a success, of which the head is here.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (_options.ApiKey is { } key) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await RefusedAnswer.ReadAsync(response, Server, _clock, cancellation).ConfigureAwait(false);
    }

    private static bool IsBroken(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException { InnerException: TimeoutException };

    private DistributedApiException Unreachable(Exception e) => new(ApiErrorReason.Unreachable, $"{Server} cannot be reached: {Cause(e)}", e);

    private DistributedApiException Unexpected(string what, Exception? e = null) =>
        new(ApiErrorReason.UnexpectedAnswer, $"{Server.Authority} {what}; is it a gateway of this release?", e);

    private static string Cause(Exception e) => (e.InnerException is null or OperationCanceledException ? e : e.InnerException).Message.Split('\n')[0].TrimEnd('.', '\r');

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null) =>
        new(method, new Uri(Server.AbsoluteUri.TrimEnd('/') + path)) { Content = content };

    private static ByteArrayContent Json(ReadOnlyMemory<byte> bytes) =>
        new(bytes.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
