using System.Globalization;
using Distributed.Api;
using Distributed.Protocol.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Distributed.Node.Description;

/// <summary>What a route tells the OpenAPI document beyond the types of its handler.</summary>
internal static class RouteDescription
{
    /// <summary>The tags.</summary>
    public const string Jobs = "Jobs", Models = "Models", Datasets = "Datasets", Nodes = "Nodes", Health = "Health";

    /// <summary>The name of the operation, as of <c>DistributedClient</c>'s method, and the statuses with which it refuses beside those of every route.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string operation, string tag, string summary, params int[] problems) =>
        route.WithName(operation).WithTags(tag).WithSummary(summary).Change((described, document) =>
        {
            foreach (var status in problems) AddProblem(described, document, status);
            foreach (var parameter in described.Parameters?.OfType<OpenApiParameter>().Where(given => given.In == ParameterLocation.Path) ?? [])
                (parameter.Description, parameter.Schema) = Place(tag, parameter.Name!);
        });

    /// <summary>Describes a parameter of the path or the query.</summary>
    public static RouteHandlerBuilder WithParameter(this RouteHandlerBuilder route, string name, string description, OpenApiSchema schema) =>
        route.Change((operation, _) => SetParameter(operation, name, description, schema));

    /// <summary>The parameter <c>checkpoint</c>.</summary>
    public static RouteHandlerBuilder WithCheckpoint(this RouteHandlerBuilder route, string otherwise) =>
        route.Change((operation, document) => SetParameter(
            operation, "checkpoint", "Which committed checkpoint.", new OpenApiSchema { OneOf = [new OpenApiSchemaReference(ApiDocument.ModelCheckpoint, document)], Default = otherwise }));

    /// <summary>A header of the request.</summary>
    public static RouteHandlerBuilder WithHeader(this RouteHandlerBuilder route, string name, string description, int? longest = null) => route.Change((operation, _) =>
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = longest },
        }));

    /// <summary>A JSON body of a schema of the document.</summary>
    public static RouteHandlerBuilder WithBody(this RouteHandlerBuilder route, string schema, bool isRequired) => route.Change((operation, document) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = isRequired,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = new OpenApiSchemaReference(schema, document) } },
        });

    /// <summary>A body of bytes of one of several types, beside those that are described already.</summary>
    public static RouteHandlerBuilder WithBytes(this RouteHandlerBuilder route, params string[] types) => route.Change((operation, _) =>
    {
        var body = operation.RequestBody as OpenApiRequestBody ?? new OpenApiRequestBody { Required = true };
        body.Content ??= new Dictionary<string, OpenApiMediaType>();
        foreach (var type in types) body.Content[type] = new OpenApiMediaType { Schema = Bytes() };
        operation.RequestBody = body;
    });

    /// <summary>A form of files, each of which may be left out.</summary>
    public static RouteHandlerBuilder WithForm(this RouteHandlerBuilder route, IEnumerable<string> parts) => route.Change((operation, _) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = parts.ToDictionary(part => part, _ => (IOpenApiSchema)Bytes(JsonSchemaType.Null)) } },
            },
        });

    /// <summary>An answer of bytes of one of several types.</summary>
    public static RouteHandlerBuilder AnswersBytes(this RouteHandlerBuilder route, string description, params string[] types) => route.Change((operation, _) =>
        operation.Responses!["200"] = new OpenApiResponse
        {
            Description = description,
            Content = types.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = Bytes() }),
        });

    /// <summary>A header of a successful answer.</summary>
    public static RouteHandlerBuilder AnswersHeader(this RouteHandlerBuilder route, int status, string name, string description, JsonSchemaType type = JsonSchemaType.String) => route.Change((operation, _) =>
    {
        var response = (OpenApiResponse)operation.Responses![status.ToString(CultureInfo.InvariantCulture)];
        (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] =
            new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type, Format = type == JsonSchemaType.Integer ? "int64" : null } };
    });

    /// <summary>A refusal with a problem document; null for every other status.</summary>
    public static void AddProblem(OpenApiOperation operation, OpenApiDocument document, int? status)
    {
        var key = status?.ToString(CultureInfo.InvariantCulture) ?? "default";
        if ((operation.Responses ??= []).ContainsKey(key)) return;
        operation.Responses[key] = new OpenApiResponse
        {
            Description = status is { } known ? ReasonPhrases.GetReasonPhrase(known) : "Any other failure",
            Content = new Dictionary<string, OpenApiMediaType> { [ApiProblem.ContentType] = new() { Schema = new OpenApiSchemaReference(nameof(ApiProblem), document) } },
            Headers = status is not (StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable) ? null : new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" } },
            },
        };
    }

    private static void SetParameter(OpenApiOperation operation, string name, string description, OpenApiSchema schema)
    {
        var parameter = operation.Parameters?.OfType<OpenApiParameter>().FirstOrDefault(given => given.Name == name);
        if (parameter is null) (operation.Parameters ??= []).Add(parameter = new OpenApiParameter { Name = name, In = ParameterLocation.Query });
        (parameter.Description, parameter.Schema) = (description, schema);
    }

    private static (string Description, OpenApiSchema Schema) Place(string tag, string name) => (tag, name) switch
    {
        (_, "address") => ("The node's host:port, as a list of nodes has it.", new OpenApiSchema { Type = JsonSchemaType.String }),
        (Datasets, _) => ("The data set's id.", new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9a-f]{64}$" }),
        _ => ("The job's name.", new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z0-9][a-z0-9-]*$", MaxLength = JobId.MaximumLength }),
    };

    private static RouteHandlerBuilder Change(this RouteHandlerBuilder route, Action<OpenApiOperation, OpenApiDocument> change) =>
        route.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            change(operation, context.Document!);
            return Task.CompletedTask;
        });

    private static OpenApiSchema Bytes(JsonSchemaType orElse = 0) => new() { Type = JsonSchemaType.String | orElse, Format = "binary" };
}
