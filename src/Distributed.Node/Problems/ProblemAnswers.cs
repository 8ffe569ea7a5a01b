using System.Globalization;
using System.Text.Json;
using Distributed.Api;
using Distributed.Cluster;
using Distributed.Data;
using Distributed.Jobs.Submission;
using Distributed.Node.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Problems;

/// <summary>Turns every failure into a problem document of RFC 9457 that names the error and the remedy, and none of the node's paths.</summary>
internal sealed class ProblemAnswers(HttpSettings settings, ILogger logger)
{
    /// <summary>What a client calls a setting: its member.</summary>
    public static string WordOf(Setting setting) => $"'{setting.Member}'";

    /// <summary>The outermost middleware.</summary>
    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        try
        {
            await next().ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null }) await WriteAsync(context, OfStatus(context)).ConfigureAwait(false);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug("{Method} {Path}: the client went away ({Reason})", context.Request.Method, context.Request.Path, e.Message);
        }
        catch (Exception e)
        {
            var failure = Translate(e);
            if (failure.Status == StatusCodes.Status500InternalServerError) logger.LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            if (context.Response.HasStarted) context.Abort(); // half an answer is worse than none
            else await WriteAsync(context, failure).ConfigureAwait(false);
        }
    }

    /// <summary>Maps an exception to a client's error.</summary>
    private ApiException Translate(Exception e) => e switch
    {
        ApiException known => known,
        SettingException setting => ApiException.Unprocessable(Clean(setting.Say(WordOf))),
        UsageException usage => ApiException.Unprocessable(Clean(usage.Message)),
        DataException data => new ApiException(
            StatusCodes.Status422UnprocessableEntity, ApiProblemTypes.Unprocessable, "Does not fit",
            Clean(data.Problem + (data.Advice is { } advice ? $"; {advice}" : "")))
        { Line = data.Line, Column = data.Column },
        TrainingException training => ApiException.Unavailable(Clean(training.Message)),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiException.TooLarge("the body is longer than is taken here"),
        BadHttpRequestException bad => new ApiException(bad.StatusCode, ApiProblemTypes.BadRequest, "Bad request", Clean(bad.Message.TrimEnd('.'))),
        JsonException json => ApiException.BadRequest(Clean($"the body is not the JSON that is needed here ({(json.Path is null or "$" ? "" : json.Path + ": ")}{json.Message.Split(" Path:")[0].TrimEnd('.')})")),
        InvalidDataException invalid => ApiException.BadRequest(Clean(invalid.Message.TrimEnd('.'))),
        IOException { HResult: DiskFull } => new ApiException(StatusCodes.Status507InsufficientStorage, ApiProblemTypes.Unavailable, "No space", "the node's disk is full: delete data sets that nobody uses"),
        _ => new ApiException(StatusCodes.Status500InternalServerError, ApiProblemTypes.Internal, "A defect of the node", "the node failed at this request; its log says how"),
    };

    private const int DiskFull = 28; // ENOSPC

    private static ApiException OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiException.NotFound($"there is nothing at {context.Request.Path}; {ApiRoutes.OpenApi} lists what there is"),
        StatusCodes.Status405MethodNotAllowed => new ApiException(
            StatusCodes.Status405MethodNotAllowed, ApiProblemTypes.MethodNotAllowed, "Method not allowed", $"this path takes {context.Response.Headers.Allow}"),
        StatusCodes.Status415UnsupportedMediaType => ApiException.UnsupportedMedia("the content type is not taken here: application/json would be right, or what the OpenAPI document names"),
        var status => new ApiException(status, ApiProblemTypes.BadRequest, "Refused", "the request was refused"),
    };

    private static async Task WriteAsync(HttpContext context, ApiException failure)
    {
        var allow = context.Response.Headers.Allow;
        var authenticate = context.Response.Headers.WWWAuthenticate;
        context.Response.Clear();
        context.Response.StatusCode = failure.Status;
        if (allow.Count > 0) context.Response.Headers.Allow = allow;
        if (authenticate.Count > 0) context.Response.Headers.WWWAuthenticate = authenticate;
        if (failure.RetryAfter is { } wait) context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var problem = new ApiProblem
        {
            Type = failure.Type,
            Title = failure.Title,
            Status = failure.Status,
            Detail = failure.Message,
            Instance = context.Request.Path,
            Line = failure.Line,
            Column = failure.Column,
        };
        context.Response.ContentType = ApiProblem.ContentType;
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Default.ApiProblem), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A message on one line, without the path of the uploads.</summary>
    private string Clean(string message) => message
        .Replace(settings.DataFolder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
        .Replace(settings.DataFolder, "the upload", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
