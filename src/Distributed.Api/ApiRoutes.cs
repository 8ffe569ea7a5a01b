namespace Distributed.Api;

/// <summary>The routes of the HTTP API of a node with the role gateway. Callers escape ids.</summary>
public static class ApiRoutes
{
    /// <summary>Version 1 of everything below it.</summary>
    public const string Prefix = "/api/v1";

    /// <summary>
    /// GET: <see cref="DatasetList"/>. POST: uploads one; a table as the body itself (<c>text/csv</c> or <c>application/octet-stream</c>,
    /// name by <c>?name=</c>), images as <c>multipart/form-data</c> with the parts of <see cref="DatasetParts"/>. The first bytes identify gzip.
    /// Answers 201, or 200 when the same content was there, with a <see cref="Dataset"/>.
    /// </summary>
    public const string Datasets = Prefix + "/datasets";

    /// <summary>GET: every job, newest first, as <see cref="JobList"/> (<c>?limit=</c>, <c>?before=</c>). POST: submits one, see <see cref="SubmitJob"/>.</summary>
    public const string Jobs = Prefix + "/jobs";

    /// <summary>GET: <see cref="NodeList"/>.</summary>
    public const string Nodes = Prefix + "/nodes";

    /// <summary>GET: 200 while the process runs.</summary>
    public const string Live = "/health/live";

    /// <summary>GET: 200 once the node is a member of the cluster and (a gateway) finds the directory of jobs, otherwise 503; <see cref="HealthReport"/>.</summary>
    public const string Ready = "/health/ready";

    /// <summary>GET: measures in Prometheus' text form.</summary>
    public const string Metrics = "/metrics";

    /// <summary>GET: this API as an OpenAPI document.</summary>
    public const string OpenApi = "/openapi/v1.json";

    /// <summary>GET: <see cref="DatasetDescription"/>. DELETE: 204, or 409 while a job uses it.</summary>
    public static string Dataset(string id) => $"{Datasets}/{Uri.EscapeDataString(id)}";

    /// <summary>GET: <see cref="JobDetail"/>, with <c>?last=N</c> of the last N epochs alone. DELETE: 204, or 409 while it has not ended.</summary>
    public static string Job(string id) => $"{Jobs}/{Uri.EscapeDataString(id)}";

    /// <summary>
    /// GET: Server-Sent Events, see <see cref="ApiEvents"/>; ends after <c>finished</c>. It begins at the first epoch, with <c>?from=N</c> at another one,
    /// with <c>?from=end</c> at the next one to be decided, with <c>?last=N</c> N before that.
    /// </summary>
    public static string JobEvents(string id) => Job(id) + "/events";

    /// <summary>POST: asks for a pause; <c>JobSummary</c>. 409 when the job has ended.</summary>
    public static string JobPause(string id) => Job(id) + "/pause";

    /// <summary>POST: a paused job resumes in its turn; <c>JobSummary</c>. The body may be a job file with run settings alone. 409 when it has ended.</summary>
    public static string JobResume(string id) => Job(id) + "/resume";

    /// <summary>POST: asks for the end on the weights that there are; <c>JobSummary</c>.</summary>
    public static string JobCancel(string id) => Job(id) + "/cancel";

    /// <summary>GET: <see cref="JobStatus"/>, as its coordinator tells it at this moment. 409 when it has no turn, 503 when there is no answer for now.</summary>
    public static string JobStatus(string id) => Job(id) + "/status";

    /// <summary>GET: <see cref="JobMetrics"/>: every epoch, with <c>?from=N</c> and <c>?limit=</c> a page, with <c>?last=N</c> the last ones.</summary>
    public static string JobMetrics(string id) => Job(id) + "/metrics";

    /// <summary>GET: <see cref="JobLog"/>: every line, or those of <c>?from=</c>, <c>?limit=</c> and <c>?last=</c>.</summary>
    public static string JobLog(string id) => Job(id) + "/log";

    /// <summary>GET: the model folder as a zip, with <see cref="ModelFiles"/>; of the best checkpoint, or with <c>?checkpoint=last</c> of the last.</summary>
    public static string JobModel(string id) => Job(id) + "/model";

    /// <summary>GET: one of <see cref="ModelFiles"/>, or <see cref="OnnxFile"/>; <c>?checkpoint=</c> as for the folder.</summary>
    public static string JobModelFile(string id, string file) => $"{JobModel(id)}/{Uri.EscapeDataString(file)}";

    /// <summary>
    /// POST: <see cref="PredictionRequest"/>, or a table as <c>text/csv</c> with a header line; answers <see cref="PredictionResponse"/>, from
    /// the last committed checkpoint, or with <c>?checkpoint=best</c> from the best.
    /// </summary>
    public static string JobPredictions(string id) => Job(id) + "/predictions";

    /// <summary>GET: <see cref="Api.JobScores"/> of the best checkpoint on the job's validation samples, or with <c>?checkpoint=last</c> of the last.</summary>
    public static string JobScores(string id) => Job(id) + "/scores";

    /// <summary>POST: 202; the node finishes what it computes, leaves the cluster and ends.</summary>
    /// <param name="address">host:port, as <c>NodeInfo.Address</c>.</param>
    public static string NodeDrain(string address) => $"{Nodes}/{Uri.EscapeDataString(address)}/drain";

    /// <summary>The files of a model folder.</summary>
    public static IReadOnlyList<string> ModelFiles { get; } = ["model.json", "weights.safetensors"];

    /// <summary>The whole model as an ONNX graph, from raw rows to answers: made when it is asked for.</summary>
    public const string OnnxFile = "model.onnx";
}

/// <summary>Header fields that the API knows beside HTTP's own.</summary>
public static class ApiHeaders
{
    /// <summary>On a submission: any text of 1 to 128 printable characters; the same key with the same body gives the same job, once.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>On a stream of events: where to go on, as the last event's id said; any gateway of the cluster understands it.</summary>
    public const string LastEventId = "Last-Event-ID";

    /// <summary>On an answer with weights: the checkpoint's step.</summary>
    public const string CheckpointStep = "X-Checkpoint-Step";
}
