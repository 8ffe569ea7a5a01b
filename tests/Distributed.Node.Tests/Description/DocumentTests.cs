using System.Text.Json;
using Distributed.Api;
using Distributed.Jobs.Submission;
using Distributed.Node.Tests.Http;

namespace Distributed.Node.Tests.Description;

/// <summary>The document by itself: what generators trip over must not be in it.</summary>
[Collection(GatewayCollection.Name)]
public sealed class DocumentTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Every_operation_has_a_name_a_tag_a_summary_schemas_and_errors()
    {
        using var document = JsonDocument.Parse(await gateway.Client.GetStringAsync(ApiRoutes.OpenApi));
        var names = new List<string>();
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var (method, operation) in path.Value.EnumerateObject().Select(o => (o.Name, o.Value)))
            {
                var what = $"{method} {path.Name}";
                names.Add(operation.GetProperty("operationId").GetString()!);
                Assert.True(operation.GetProperty("tags").GetArrayLength() == 1 && operation.GetProperty("summary").GetString()!.Length > 0, what);
                var responses = operation.GetProperty("responses").EnumerateObject().ToDictionary(r => r.Name, r => r.Value);
                Assert.True(responses["default"].GetProperty("content").TryGetProperty(ApiProblem.ContentType, out _), what);
                foreach (var (status, response) in responses.Where(r => r.Key[0] == '2' && r.Key is not ("202" or "204")))
                    Assert.All(response.GetProperty("content").EnumerateObject(), content => Assert.True(content.Value.TryGetProperty("schema", out _), $"{what} {status}"));
                if (path.Name.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal)) Assert.True(operation.TryGetProperty("security", out _) && responses.ContainsKey("401"), what);
                if (operation.TryGetProperty("parameters", out var parameters))
                    Assert.All(parameters.EnumerateArray(), parameter => Assert.True(parameter.TryGetProperty("description", out _) && parameter.TryGetProperty("schema", out _), $"{what}: {parameter}"));
            }
        }
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Every_schema_has_a_type_that_generators_understand()
    {
        using var document = JsonDocument.Parse(await gateway.Client.GetStringAsync(ApiRoutes.OpenApi));
        Assert.StartsWith("3.0.", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (var (name, schema) in document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(s => (s.Name, s.Value))) Check(name, schema);

        static void Check(string where, JsonElement schema)
        {
            Assert.False(schema.TryGetProperty("anyOf", out _), where);
            if (schema.TryGetProperty("enum", out var values)) Assert.All(values.EnumerateArray(), value => Assert.Equal(JsonValueKind.String, value.ValueKind));
            Assert.True(schema.TryGetProperty("type", out var type) || schema.TryGetProperty("$ref", out _) || schema.TryGetProperty("oneOf", out _) || where.EndsWith(".*", StringComparison.Ordinal), where);
            if (schema.TryGetProperty("properties", out var properties))
            {
                if (schema.TryGetProperty("required", out var required))
                    Assert.All(required.EnumerateArray(), name => Assert.False(properties.GetProperty(name.GetString()!).TryGetProperty("nullable", out _), $"{where}.{name}"));
                foreach (var property in properties.EnumerateObject()) Check($"{where}.{property.Name}", property.Value);
            }
            if (schema.TryGetProperty("items", out var items)) Check(where + "[]", items);
            if (schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object) Check(where + ".*", others);
        }
    }

    [Fact]
    public async Task A_submission_has_every_setting_of_a_job_and_each_event_its_data()
    {
        var description = await ApiDescription.OfAsync(gateway.Client);
        var expected = Settings.All.Except(Settings.OfOneProcess).Select(setting => setting.Member);
        Assert.Equal(expected, description.Schemas["JobSettings"].Properties.Keys);
        Assert.All(Settings.All.Where(setting => setting.Names is not null), setting => Assert.Equal(setting.Names!, description.Schemas["JobSettings"].Properties[setting.Member].Enumeration));
        var learningRate = description.Schemas["JobSettings"].Properties["learningRate"];
        Assert.Equal((0m, true, 1000m, false), (learningRate.Minimum ?? learningRate.ExclusiveMinimum, learningRate.IsExclusiveMinimum || learningRate.ExclusiveMinimum is not null, learningRate.Maximum, learningRate.IsExclusiveMaximum));
        Assert.Equal(["minWorkers", "blocks", "snapshotEvery", "auditShare", "calibrate"], description.Schemas["RunSettings"].Properties.Keys);
        Assert.Equal(ApiEvents.Names, description.Schemas[nameof(StreamedEvents)].Properties.Keys);
    }
}
