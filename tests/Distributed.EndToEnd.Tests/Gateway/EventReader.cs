using Distributed.Api;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>Reads a job's stream as a client does: keeps the last id, and goes on from it where it is told to.</summary>
internal sealed class EventReader(string job)
{
    private string? _last;

    /// <summary>Decided epochs in the order in which they were told.</summary>
    public List<int> Epochs { get; } = [];

    /// <summary>What was told of how the job started.</summary>
    public List<JobStarted> Started { get; } = [];

    /// <summary>How the job ended; null before.</summary>
    public JobEnded? End { get; private set; }

    /// <summary>Reads from one gateway until the stream breaks off or ends.</summary>
    public async Task ReadAsync(HttpClient client)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.JobEvents(job));
            if (_last is not null) request.Headers.Add(ApiHeaders.LastEventId, _last);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var (id, name) = ((string?)null, "");
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    var told = ApiEvents.Read(name, line[6..]);
                    if (told is JobStarted started) Started.Add(started);
                    if (told is EpochEnded ended) Epochs.Add(ended.Decision.Epoch);
                    if (told is JobFinished finished) End = finished.End;
                    if (id is not null) _last = id;
                    id = null;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The gateway is gone; the last id says where to go on.
        }
    }
}
