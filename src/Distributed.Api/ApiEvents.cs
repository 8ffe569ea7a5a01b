using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Api;

/// <summary>
/// The names of the events of a job's stream; the data is the JSON of the <see cref="JobEvent"/> of that name. An event that must not be missed
/// carries an id, from which a stream can resume (<see cref="ApiHeaders.LastEventId"/>): every decided epoch, the newest checkpoint and the end.
/// <c>started</c> comes before all of them and has no id: a stream without <see cref="ApiHeaders.LastEventId"/> sends it, one that resumes after an
/// id does not repeat it. Of the others, such as progress, only the newest is sent; older unread ones are dropped. Clients ignore unknown
/// names.
/// </summary>
public static class ApiEvents
{
    private static readonly (string Name, Type Type, JsonTypeInfo Info)[] Table =
    [
        ("state", typeof(JobStateChanged), ApiJson.Default.JobStateChanged),
        ("started", typeof(JobStarted), ApiJson.Default.JobStarted),
        ("progress", typeof(JobProgressed), ApiJson.Default.JobProgressed),
        ("epoch", typeof(EpochEnded), ApiJson.Default.EpochEnded),
        ("checkpoint", typeof(CheckpointSaved), ApiJson.Default.CheckpointSaved),
        ("workers", typeof(WorkersChanged), ApiJson.Default.WorkersChanged),
        ("waiting", typeof(JobWaiting), ApiJson.Default.JobWaiting),
        ("rewound", typeof(JobRewound), ApiJson.Default.JobRewound),
        ("paused", typeof(JobPaused), ApiJson.Default.JobPaused),
        ("finished", typeof(JobFinished), ApiJson.Default.JobFinished),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>The name and data of an event; null for one that has no place in a stream.</summary>
    public static (string Name, string Data)? Write(JobEvent jobEvent)
    {
        foreach (var (name, type, _) in Table)
            if (type == jobEvent.GetType()) return (name, JsonSerializer.Serialize(jobEvent, type, ApiJson.Answers));
        return null;
    }

    /// <summary>The event of a name and its data; null for an unknown name.</summary>
    /// <exception cref="JsonException">The data is not that event's.</exception>
    public static JobEvent? Read(string name, string data)
    {
        foreach (var (known, _, info) in Table)
            if (known == name) return (JobEvent?)JsonSerializer.Deserialize(data, info);
        return null;
    }
}
