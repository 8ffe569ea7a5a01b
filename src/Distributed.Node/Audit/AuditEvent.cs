using System.Text.Json.Serialization;

namespace Distributed.Node.Audit;

/// <summary>One line of the audit log.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Action">What: submit, upload, pause, resume, cancel, delete-job, delete-dataset, drain, sign-in, start, stop.</param>
/// <param name="Result">done, refused or failed.</param>
internal sealed record AuditEvent(DateTimeOffset At, string Action, string Result)
{
    /// <summary>Who: a key's name, or <c>token:</c> and a subject; null where nobody was asked.</summary>
    public string? Who { get; init; }

    /// <summary>The address from which it came; of a refused sign-in, the network whose failures count together.</summary>
    public string? From { get; init; }

    /// <summary>The job, data set or node.</summary>
    public string? Target { get; init; }

    /// <summary>The status of the answer.</summary>
    public int? Status { get; init; }

    /// <summary>Why it was refused or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Refused sign-ins since the last line that have none of their own.</summary>
    public long? More { get; init; }
}

/// <summary>Writes <see cref="AuditEvent"/> without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEvent))]
internal sealed partial class AuditJson : JsonSerializerContext;
