using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Distributed.Protocol.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Distributed.Node.Description;

/// <summary>Corrects the schemas that the framework makes of the answers' types.</summary>
internal static class SchemaRules
{
    public static Task ApplyAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var none = type != context.JsonTypeInfo.Type || schema.Type?.HasFlag(JsonSchemaType.Null) == true ? JsonSchemaType.Null : 0;
        if (type == typeof(double) || type == typeof(float))
        {
            (schema.Type, schema.AnyOf, schema.Format) = (JsonSchemaType.Number | none, null, type == typeof(double) ? "double" : "float");
        }
        else if (type.IsEnum)
        {
            // One schema is shared by all uses: null is told where a use is nullable.
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToNode(value, context.JsonTypeInfo.Options.GetTypeInfo(type))!)];
        }
        else if (type == typeof(JobId))
        {
            (schema.Type, schema.Pattern, schema.MaxLength) = (JsonSchemaType.String, "^[a-z0-9][a-z0-9-]*$", JobId.MaximumLength);
            schema.Description = "A job's name.";
        }
        else if (type == typeof(WorkerId))
        {
            (schema.Type, schema.Description) = (JsonSchemaType.String, "A worker's name.");
        }
        else if (type == typeof(ulong))
        {
            schema.Description = "May be beyond 2^53: read it with a parser that keeps integers of 64 bits.";
        }
        else if (type == typeof(IReadOnlyDictionary<string, JsonElement>))
        {
            schema.AdditionalProperties = new OpenApiSchema { Description = "A text or a number." };
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema.Required = context.JsonTypeInfo.Properties.Where(IsAlwaysThere).Select(property => property.Name).Where(name => schema.Properties?.ContainsKey(name) == true).ToHashSet();
        }
        return Task.CompletedTask;
    }

    /// <summary>References that may be null, in the form that generators understand: nullable, one of the reference.</summary>
    public static void MarkNullable(IOpenApiSchema schema)
    {
        if (schema.Properties is not { } properties) return;
        foreach (var (name, property) in properties.ToArray())
        {
            if (property is OpenApiSchema { OneOf: [_, _] choices } && choices.OfType<OpenApiSchemaReference>().FirstOrDefault() is { } reference)
                properties[name] = new OpenApiSchema { Type = JsonSchemaType.Null, OneOf = [reference] };
        }
    }

    /// <summary>A member that is null is left out, as is a number made of others that is undefined, and one that is written only when it says something.</summary>
    private static bool IsAlwaysThere(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is not [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingDefault }, ..]
        && (property.Set is not null || property.PropertyType != typeof(double)) && Nullable.GetUnderlyingType(property.PropertyType) is null && (property.PropertyType.IsValueType || !property.IsGetNullable);
}
