using System.Globalization;
using System.Text.Json.Nodes;
using Distributed.Data.Tables;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
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
            Setting<int?> { Type: IntegerType type } => Integer(type.Least, type.Most),
            Setting<double?> { Type: RealType type } => Number(type),
            Setting<ulong?> => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uint64", Pattern = "^[0-9]{1,20}$" }, // beyond 2^53 as a text alone
            Setting<IReadOnlyList<string>?> => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            Setting<IReadOnlyList<int>?> { Type: SizesType type } => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Integer(1, type.Most) },
            Setting<bool?> => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            Setting<IReadOnlyDictionary<string, ColumnUse>?> => new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Choices.ColumnUses.Select(use => (JsonNode)use.Name)] },
            },
            Setting<JobId?> => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z0-9][a-z0-9-]*$", MaxLength = JobId.MaximumLength },
            _ => new OpenApiSchema { Type = JsonSchemaType.String, Enum = setting.Names?.Select(name => (JsonNode)name).ToList() },
        };
        schema.Type |= JsonSchemaType.Null;
        schema.Description = setting.Help;
        return schema;
    }

    private static OpenApiSchema Integer(int least, int most) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most == int.MaxValue ? null : most.ToString(CultureInfo.InvariantCulture),
    };

    private static OpenApiSchema Number(RealType type) => new()
    {
        Type = JsonSchemaType.Number,
        Format = "double",
        Minimum = type.IsLeastOutside ? null : Text(type.Least),
        ExclusiveMinimum = type.IsLeastOutside ? Text(type.Least) : null,
        Maximum = type.IsMostOutside ? null : Text(type.Most),
        ExclusiveMaximum = type.IsMostOutside ? Text(type.Most) : null,
    };

    private static string? Text(double? bound) => bound?.ToString(CultureInfo.InvariantCulture);
}
