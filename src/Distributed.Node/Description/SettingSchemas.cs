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
            { Name: "seed" } => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uint64", Pattern = "^[0-9]{1,20}$" }, // beyond 2^53 as a text alone
            { Placeholder: "N" or "STEPS" or "EPOCHS" } => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            { Placeholder: "RATE" or "SHARE" or "SIZE" or "FACTOR" or "LOSS" } => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
            { Placeholder: "COLUMNS" } => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            { Placeholder: "SIZES" } => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" } },
            _ => new OpenApiSchema { Type = JsonSchemaType.String, Enum = Names(setting.Name) },
        };
        schema.Type |= JsonSchemaType.Null;
        schema.Description = setting.Help;
        return schema;
    }

    /// <summary>The names of a setting with a fixed choice; null for any text.</summary>
    private static List<JsonNode>? Names(string setting) => setting switch
    {
        "task" => Names(Choices.Tasks),
        "activation" => Names(Choices.Activations),
        "initialization" => Names(Choices.Initializations),
        "loss" => Names(Choices.Losses),
        "optimizer" => Names(Choices.Optimizers),
        "schedule" => Names(Choices.Schedules),
        "gradient-format" => Names(Choices.GradientFormats),
        _ => null,
    };

    private static List<JsonNode> Names<T>(IReadOnlyList<(string Name, T Value)> choices) => [.. choices.Select(choice => (JsonNode)choice.Name)];
}
