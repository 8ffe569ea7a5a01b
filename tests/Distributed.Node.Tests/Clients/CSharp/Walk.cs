// Compiled by a test together with the client that NSwag generates from a gateway's document, not with this project.
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using System.Collections.Generic;

namespace Generated;

public static class Walk
{
    /// <summary>From an upload to a prediction; returns the predicted class.</summary>
    public static async Task<string> GoAsync(string server, HttpClient http, Stream table)
    {
        var client = new GeneratedClient(server, http);
        var dataset = await client.UploadDatasetAsync("generated-csharp", null, null, null, null, null, null, null, new FileParameter(table, "table.csv", "text/csv"), null, null, null, null);
        var settings = new JobSettings { Data = dataset.Id, Hidden = new List<int> { 4 }, Activation = JobSettingsActivation.LeakyRelu, Epochs = 2, Name = "generated-csharp", Seed = "18446744073709551615" };
        var job = await client.SubmitJobAsync("key-of-generated-csharp", settings);

        using (var events = await client.FollowJobAsync(job.Summary.Id, null, null, null))
        using (var reader = new StreamReader(events.Stream))
        {
            var finished = false;
            while (await reader.ReadLineAsync() is { } line) finished |= line == "event: finished";
            if (!finished) throw new InvalidDataException("the stream ended before the job");
        }

        var detail = await client.GetJobAsync(job.Summary.Id, null);
        if (detail.Summary.State != JobPhase.Completed || detail.Epochs.Count != 2 || detail.LastCheckpoint is not > 0 || detail.Epochs.Last().Stop != StopReason.Epochs || detail.Epochs.First().Stop is not null)
            throw new InvalidDataException("the job's detail is not as it was");
        try
        {
            await client.PauseJobAsync(job.Summary.Id);
            throw new InvalidDataException("a job that has ended was paused");
        }
        catch (GeneratedException<ApiProblem> refused) when (refused.StatusCode == 409 && refused.Result.Type == "/problems/conflict")
        {
        }

        var rows = new PredictionRequest { Rows = new List<IDictionary<string, object>> { new Dictionary<string, object> { ["x"] = 1, ["y"] = "2" } } };
        var answer = await client.PredictAsync(job.Summary.Id, ModelCheckpoint.Last, strict: true, rows);
        return answer.Predictions.Single().Class;
    }
}
