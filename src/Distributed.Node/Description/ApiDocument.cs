using Distributed.Api;
using Distributed.Jobs.Submission;
using Distributed.Node.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Distributed.Node.Description;

/// <summary>
/// The OpenAPI document: what the framework finds in the routes, made exact enough that generated clients compile and work. Version 3.0, which all
/// generators read.
/// </summary>
internal static class ApiDocument
{
    /// <summary>The schema of a submission.</summary>
    public const string JobSettings = "JobSettings";

    /// <summary>The schema of the settings that may change on resume.</summary>
    public const string RunSettings = "RunSettings";

    /// <summary>The schema of the parameter <c>checkpoint</c>.</summary>
    public const string ModelCheckpoint = "ModelCheckpoint";

    private const string Key = "apiKey";

    private static readonly (string Name, string Description)[] Tags =
    [
        (RouteDescription.Jobs, "Jobs: submitted, listed, steered, read."),
        (RouteDescription.Models, "Models of committed checkpoints: as files, and asked."),
        (RouteDescription.Datasets, "Uploaded data sets."),
        (RouteDescription.Nodes, "The members of the cluster."),
        (RouteDescription.Health, "Whether a node lives and serves; without a key."),
    ];

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
        options.AddSchemaTransformer(SchemaRules.ApplyAsync);
        options.AddOperationTransformer(DescribeAccess);
        options.AddDocumentTransformer(CompleteAsync);
    }

    /// <summary>What a key guards, and how it is refused.</summary>
    private static Task DescribeAccess(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.Responses ??= [];
        if (SignIn.PolicyOf(context.Description.ActionDescriptor.EndpointMetadata) is { } role)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [] }];
            operation.Description = $"Needs a key or a token with the role {role} where the gateway asks for one.";
            foreach (var status in (int[])[401, 403, 429, 503]) RouteDescription.AddProblem(operation, context.Document!, status);
        }
        RouteDescription.AddProblem(operation, context.Document!, null);
        return Task.CompletedTask;
    }

    private static async Task CompleteAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Distributed",
            Version = "1",
            Description = "Submit training jobs to the cluster, watch and steer them, predict and take the models away. Errors are problem documents (RFC 9457); "
                + "their type is the kind of error, for programs. A member that is null is left out, as is a metric that is "
                + "undefined, such as the loss of weights that diverge; clients ignore members that they do not know.",
        };
        document.Servers?.Clear();
        document.Tags = new HashSet<OpenApiTag>(Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }));
        document.AddComponent<IOpenApiSchema>(nameof(ApiProblem), await context.GetOrCreateSchemaAsync(typeof(ApiProblem), null, cancellation).ConfigureAwait(false));
        document.AddComponent<IOpenApiSchema>(ModelCheckpoint, new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["best", "last"], Description = "Which of a job's committed checkpoints." });
        document.AddComponent<IOpenApiSchema>(JobSettings, SettingSchemas.Of(
            Settings.All.Except(Settings.OfOneProcess),
            "A job file. Every setting may be left out or null; its default then follows from the others and the data; data is null beside from alone. data and validation name a built-in data set, or an uploaded one by its id or its name. Texts are accepted for every setting, as on the command line."));
        document.AddComponent<IOpenApiSchema>(RunSettings, SettingSchemas.Of(
            Settings.OfRun.Except(Settings.OfOneProcess), "What may change from run to run; it reaches no weight."));
        (document.Components ??= new()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key of the gateway, or a token of its OpenID Connect server." },
        };
        foreach (var schema in document.Components.Schemas!.Values) SchemaRules.MarkNullable(schema);
    }
}
