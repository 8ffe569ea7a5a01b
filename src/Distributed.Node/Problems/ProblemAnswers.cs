using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Distributed.Api;
using Distributed.Cluster;
using Distributed.Data;
using Distributed.Jobs.Submission;
using Distributed.Node.Configuration;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Problems;

/// <summary>Turns every failure into a problem document of RFC 9457 that names the error and the remedy, and none of the node's paths.</summary>
internal sealed class ProblemAnswers(HttpSettings settings, IHostApplicationLifetime lifetime, ILogger<ProblemAnswers> logger) : IExceptionHandler
{
    /// <summary>What a client calls a setting: its member.</summary>
    public static string WordOf(Setting setting) => $"'{setting.Member}'";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var failure = Translate(exception);
        if (httpContext.RequestAborted.IsCancellationRequested) logger.LogDebug("{Method} {Path}: the client went away ({Reason})", httpContext.Request.Method, httpContext.Request.Path, exception.Message);
        else if (failure.Status == StatusCodes.Status500InternalServerError) logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path);
        await WriteAsync(httpContext, failure).ConfigureAwait(false);
        return true;
    }

    /// <summary>An answer without a body: what the framework itself refuses.</summary>
    public static ApiException OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiException.NotFound($"there is nothing at {context.Request.Path}; {ApiRoutes.OpenApi} lists what there is"),
        StatusCodes.Status405MethodNotAllowed => new ApiException(
            StatusCodes.Status405MethodNotAllowed, ApiProblemTypes.MethodNotAllowed, "Method not allowed", $"this path takes {context.Response.Headers.Allow}"),
        StatusCodes.Status415UnsupportedMediaType => ApiException.UnsupportedMedia("this content type is not supported here; expected application/json or the type that the OpenAPI document names"),
        var status => new ApiException(status, ApiProblemTypes.BadRequest, "Refused", "the request was refused"),
    };

    /// <summary>Writes a failure as a problem document.</summary>
    public static Task WriteAsync(HttpContext context, ApiException failure)
    {
        if (failure.RetryAfter is { } wait) context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (failure.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        var place = new Dictionary<string, object?> { ["line"] = failure.Line, ["column"] = failure.Column };
        return TypedResults.Problem(failure.Message, context.Request.Path, failure.Status, failure.Title, failure.Type, place.Where(part => part.Value is not null)).ExecuteAsync(context);
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
        IOException { HResult: TooManyFiles } or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } =>
            ApiException.Unavailable("the node has as many files open as the system lets it"),
        OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested => ApiException.Unavailable("this node is about to stop: another gateway answers"),
        OutOfMemoryException => ApiException.Unavailable("the node has no memory for this request now"),
        IOException { HResult: DiskFull } => new ApiException(StatusCodes.Status507InsufficientStorage, ApiProblemTypes.Unavailable, "No space", "the node's disk is full: delete unused data sets"),
        { InnerException: IOException { HResult: TooManyFiles or DiskFull } machine } => Translate(machine),
        _ => new ApiException(StatusCodes.Status500InternalServerError, ApiProblemTypes.Internal, "A defect of the node", "the node failed at this request; its log says how"),
    };

    private const int TooManyFiles = 24, DiskFull = 28; // EMFILE, ENOSPC

    /// <summary>A message on one line, without the path of the uploads.</summary>
    private string Clean(string message) => message
        .Replace(settings.DataFolder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
        .Replace(settings.DataFolder, "the upload", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
