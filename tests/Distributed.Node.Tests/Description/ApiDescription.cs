using System.Net.ServerSentEvents;
using System.Text;
using System.Text.RegularExpressions;
using Distributed.Api;
using NJsonSchema;
using NSwag;

namespace Distributed.Node.Tests.Description;

/// <summary>The OpenAPI document of a gateway, as a reader that is not ours understands it, and the answers checked against it.</summary>
internal sealed class ApiDescription
{
    private readonly OpenApiDocument _document;

    private ApiDescription(OpenApiDocument document) => _document = document;

    public IEnumerable<OpenApiOperationDescription> Operations => _document.Operations;

    public IDictionary<string, JsonSchema> Schemas => _document.Definitions;

    public static async Task<ApiDescription> OfAsync(HttpClient client) => await ParseAsync(await client.GetStringAsync(ApiRoutes.OpenApi));

    /// <summary>Reads a document; members that it does not name are errors here, although clients pass over them.</summary>
    public static async Task<ApiDescription> ParseAsync(string json)
    {
        var document = await OpenApiDocument.FromJsonAsync(json);
        foreach (var schema in document.Definitions.Values.Where(schema => schema.Properties.Count > 0)) schema.AllowAdditionalProperties = false;
        return new ApiDescription(document);
    }

    /// <summary>The operation that answered; null when the document has none for its path.</summary>
    public OpenApiOperationDescription? Find(Answer answer) => _document.Operations.FirstOrDefault(operation =>
        string.Equals(operation.Method, answer.Method, StringComparison.OrdinalIgnoreCase)
        && Regex.IsMatch(answer.Path, "^" + Regex.Replace(operation.Path, @"\{[^}]+\}", "[^/]+") + "$"));

    /// <summary>What is wrong with an answer; empty when it is as the document says.</summary>
    public IEnumerable<string> Check(Answer answer)
    {
        var what = $"{answer.Method} {answer.Path} {answer.Status}";
        if (Find(answer) is not { } found) return [$"{what}: the document has no such operation"];
        var responses = found.Operation.ActualResponses;
        if (!responses.TryGetValue(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), out var response)
            && (answer.Status < 400 || !responses.TryGetValue("default", out response))) return [$"{what}: the document has no such status"];
        if (answer.Body.Length == 0 && response.Content.Count == 0) return [];
        if (answer.ContentType is null || !response.Content.TryGetValue(answer.ContentType, out var content)) return [$"{what}: the document has no {answer.ContentType}"];
        if (content.Schema?.ActualSchema is not { } schema) return [$"{what}: no schema"];
        if (answer.ContentType == "text/event-stream") return CheckEvents(what, answer.Body);
        if (schema.Format == "binary") return [];
        return [.. schema.Validate(answer.Body, SchemaType.OpenApi3).Select(error => $"{what}: {error} in {answer.Body[..Math.Min(answer.Body.Length, 500)]}")];
    }

    private List<string> CheckEvents(string what, string body)
    {
        var types = Schemas[nameof(StreamedEvents)].ActualProperties;
        var errors = new List<string>();
        foreach (var item in SseParser.Create(new MemoryStream(Encoding.UTF8.GetBytes(body))).Enumerate())
        {
            if (!types.TryGetValue(item.EventType, out var type)) errors.Add($"{what}: there is no event '{item.EventType}'");
            else errors.AddRange(type.Validate(item.Data, SchemaType.OpenApi3).Select(error => $"{what}: {item.EventType} {error} in {item.Data}"));
        }
        return errors;
    }
}
