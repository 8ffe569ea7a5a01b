using System.Text.Json.Nodes;
using Distributed.Jobs.Submission;
using Microsoft.OpenApi;

namespace Distributed.Node.Description;

/// <summary>The schema of a job file, from the settings' one description.</summary>
internal static class SettingSchemas
{
    /// <summary>An object of settings; each may be null, which is as if it were left out.</summary>
    public static OpenApiSchema Of(IEnumerable<Setting> settings, string description) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = settings.ToDictionary(setting => setting.Member, setting => (IOpenApiSchema)Of(setting)),
        AdditionalPropertiesAllowed = false,
    };

    private static OpenApiSchema Of(Setting setting)
    {
        var schema = setting switch
        {
            Setting<ulong?> => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uint64", Pattern = "^[0-9]{1,20}$" }, // beyond 2^53 as a text alone
            Setting<int?> => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            Setting<double?> => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
            Setting<IReadOnlyList<string>?> => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            Setting<IReadOnlyList<int>?> => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" } },
            _ => new OpenApiSchema { Type = JsonSchemaType.String, Enum = setting.Names?.Select(name => (JsonNode)name).ToList() },
        };
        schema.Type |= JsonSchemaType.Null;
        schema.Description = setting.Help;
        return schema;
    }
}
