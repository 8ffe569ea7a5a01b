using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Distributed.Node.Http;

/// <summary>The parts of the OpenAPI document beyond the routes.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "Distributed",
            Version = "1",
            Description = "Submit training jobs to the cluster, watch and steer them, predict and take the models away. Errors are problem documents (RFC 9457).",
        };
        document.Servers?.Clear();
        return Task.CompletedTask;
    });
}
