using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Distributed.Api;
using Distributed.Data.Compressed;
using Distributed.Models;
using Distributed.Models.Export;
using Distributed.Node.Access;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Datasets;
using Distributed.Node.Description;
using Distributed.Node.Jobs;
using Distributed.Node.Keys;
using Distributed.Node.Models;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Distributed.Node.Routes;

/// <summary>Models of committed checkpoints: as files, and asked.</summary>
internal static class ModelRoutes
{
    private const string Job = ApiRoutes.Jobs + "/{id}";

    private static readonly string[] Files = [.. ApiRoutes.ModelFiles, ApiRoutes.OnnxFile];

    public static void Map(IEndpointRouteBuilder routes, HttpLimits limits, ModelCache models, JobReader jobs, DatasetStore store, Computations computations)
    {
        routes.MapGet(Job + "/model", async (string id, string? checkpoint, HttpContext context, CancellationToken cancellation) =>
        {
            await WithFolderAsync(store, false, () => models.RentAsync(JobReader.Parse(id), IsBest(checkpoint, "best"), cancellation), async (folder, step) =>
            {
                Announce(context, step, "application/zip", $"{id}-step-{step}.zip");
                var zip = Path.Combine(folder, "model.zip");
                using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
                    foreach (var name in ApiRoutes.ModelFiles) Add(archive, folder, name);
                await context.Response.SendFileAsync(zip, cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }).Needs(ApiRole.Reader).Describe("downloadModel", RouteDescription.Models, "The model folder as a zip.", 404, 409).WithCheckpoint("best")
            .AnswersBytes("The folder.", "application/zip").AnswersHeader(StatusCodes.Status200OK, ApiHeaders.CheckpointStep, "The checkpoint's step.", JsonSchemaType.Integer);

        routes.MapGet(Job + "/model/{file}", async (string id, string file, string? checkpoint, HttpContext context, CancellationToken cancellation) =>
        {
            if (!Files.Contains(file)) throw ApiException.NotFound($"a model has the files {string.Join(", ", Files)}");
            Func<Task<Lease<CachedModel>>> rent = () => models.RentAsync(JobReader.Parse(id), IsBest(checkpoint, "best"), cancellation);
            await WithFolderAsync(store, file == ApiRoutes.OnnxFile, rent, async (folder, step) =>
            {
                Announce(context, step, file.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/octet-stream", file);
                await context.Response.SendFileAsync(Path.Combine(folder, file), cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }).Needs(ApiRole.Reader).Describe("downloadModelFile", RouteDescription.Models, "One file of the model folder.", 404, 409).WithCheckpoint("best")
            .WithParameter("file", "Its name.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Files] })
            .AnswersBytes("The file.", "application/octet-stream", "application/json")
            .AnswersHeader(StatusCodes.Status200OK, ApiHeaders.CheckpointStep, "The checkpoint's step.", JsonSchemaType.Integer);

        routes.MapPost(Job + "/predictions", async (string id, string? checkpoint, bool? strict, HttpContext context, CancellationToken cancellation) =>
        {
            var best = IsBest(checkpoint, "last");
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limits.PredictionBytes;
            var job = JobReader.Parse(id);
            var type = context.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
            if (type is not ("application/json" or "text/csv" or "application/octet-stream"))
                throw ApiException.UnsupportedMedia("rows are application/json ({\"rows\": [{column: cell}]}), text/csv with a header line, or IDX images as application/octet-stream");
            await jobs.CheckAsync(job, cancellation).ConfigureAwait(false); // before a body is read for it
            using var place = await computations.EnterAsync(Caller.CountedAs(context), cancellation).ConfigureAwait(false);
            var body = await context.ReadBodyAsync(limits.PredictionBytes, cancellation).ConfigureAwait(false);
            using var lease = await models.RentAsync(job, best, cancellation).ConfigureAwait(false);
            var shelved = lease.Value;
            var model = strict == true ? shelved.Model.Strictly() : shelved.Model;
            var memory = context.HoldMemory(0); // of the rows
            var answers = await Task.Run(
                () => type == "application/json" ? model.Predict(Rows(body, memory, model.Encoding.CommaColumns)) : PredictFile(store, model, body, memory, cancellation), cancellation).ConfigureAwait(false);
            return TypedResults.Ok(new PredictionResponse
            {
                Job = id,
                Step = shelved.Step,
                Classes = shelved.Model.Encoding.Target.Classes,
                Predictions = [.. answers.Select(answer => new PredictedRow(answer.Class, answer.Class is null ? null : answer.Probabilities, answer.Value))],
            });
        }).Needs(ApiRole.Reader).Accepts<PredictionRequest>("application/json", "text/csv", "application/octet-stream")
            .Describe("predict", RouteDescription.Models, "Predicts from a committed checkpoint, even while training goes on: for JSON rows, a table with a header line, or IDX images.", 404, 409, 413, 415, 422)
            .WithCheckpoint("last").WithParameter("strict", "Whether rows with an unseen category or an unreadable number are refused.", new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false })
            .WithBytes("text/csv", "application/octet-stream");
    }

    internal static bool IsBest(string? given, string otherwise) => (given ?? otherwise) switch
    {
        "best" => true,
        "last" => false,
        _ => throw ApiException.BadRequest("checkpoint is neither best nor last"),
    };

    private static List<IReadOnlyDictionary<string, string>> Rows(byte[] body, RequestMemory.MemoryShare memory, IReadOnlySet<string> commas)
    {
        memory.Grow(CellsOf(body) * BytesPerCell);
        var request = JsonSerializer.Deserialize(body, ApiJson.Default.PredictionRequest);
        if (request?.Rows is not { Count: > 0 } rows) throw ApiException.Unprocessable("there are no rows; expected {\"rows\": [{column: cell}]}");
        if (rows.Count > PredictionRequest.MaximumRows) throw ApiException.TooLarge($"there are {rows.Count:#,0} rows; one request has at most {PredictionRequest.MaximumRows:#,0}");
        return [.. rows.Select((row, i) => (IReadOnlyDictionary<string, string>)(row ?? throw ApiException.Unprocessable($"row {i + 1} is null"))
            .ToDictionary(cell => cell.Key, cell => Cell(cell.Value, i, cell.Key, commas), StringComparer.Ordinal))];
    }

    /// <summary>How many cells rows have at most, before anything is made of them: a body of a few bytes a cell becomes objects of many.</summary>
    private static long CellsOf(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        var cells = 0L;
        while (reader.Read())
            if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray)) cells++;
        return cells;
    }

    private const int BytesPerCell = 256; // a name, a value, their places in two dictionaries

    private static string Cell(JsonElement cell, int row, string column, IReadOnlySet<string> commas) => cell.ValueKind switch
    {
        JsonValueKind.String => cell.GetString() ?? "",
        JsonValueKind.Number when commas.Contains(column) => cell.GetRawText().Replace('.', ','),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => cell.GetRawText(),
        JsonValueKind.Null => "",
        _ => throw new ApiException(StatusCodes.Status422UnprocessableEntity, ApiProblemTypes.Unprocessable, "Does not fit", "a cell is a text, a number, true, false or null") { Line = row + 1, Column = column },
    };

    private static IReadOnlyList<Prediction> PredictFile(DatasetStore store, TrainedModel model, byte[] body, RequestMemory.MemoryShare memory, CancellationToken cancellation)
    {
        using var scope = new ReadingScope(cancellation, memory.Grow);
        var folder = store.NewUploadFolder();
        try
        {
            var file = Path.Combine(folder, "rows");
            File.WriteAllBytes(file, body);
            return model.PredictFile(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a model into a temporary folder, so that it does not stay in memory while a slow client reads.</summary>
    private static async Task WithFolderAsync(DatasetStore store, bool isOnnx, Func<Task<Lease<CachedModel>>> rent, Func<string, long, Task> use)
    {
        var folder = store.NewUploadFolder();
        try
        {
            long step;
            using (var lease = await rent().ConfigureAwait(false))
            {
                if (isOnnx) ModelExport.Write(lease.Value.Model, ModelFormat.Onnx, Path.Combine(folder, ApiRoutes.OnnxFile));
                else lease.Value.Model.Save(folder);
                step = lease.Value.Step;
            }
            await use(folder, step).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Announce(HttpContext context, long step, string type, string name)
    {
        context.Response.ContentType = type;
        context.Response.Headers[ApiHeaders.CheckpointStep] = step.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
    }

    /// <summary>The same bytes for the same model: no time of today in it. Weights do not pack.</summary>
    private static void Add(ZipArchive archive, string folder, string name)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var into = entry.Open();
        using var from = File.OpenRead(Path.Combine(folder, name));
        from.CopyTo(into);
    }
}
