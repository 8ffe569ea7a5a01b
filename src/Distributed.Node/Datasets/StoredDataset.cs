using System.Text.Json.Serialization;
using Distributed.Api;

namespace Distributed.Node.Datasets;

/// <summary>A data set's file <c>dataset.json</c>: its identity and the contents found at the upload.</summary>
internal sealed record StoredDataset(Dataset Dataset, DatasetDescription Description)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "dataset.json";
}

/// <summary>Reads and writes <c>dataset.json</c> without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredDataset))]
internal sealed partial class DatasetJson : JsonSerializerContext;
