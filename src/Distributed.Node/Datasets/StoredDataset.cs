using System.Text.Json.Serialization;
using Distributed.Api;

namespace Distributed.Node.Datasets;

/// <summary>A data set's file <c>dataset.json</c>: its identity and the contents found at the upload.</summary>
/// <param name="Dataset">Its identity.</param>
/// <param name="Description">Its contents.</param>
/// <param name="Owner">Who uploaded it first; null where nobody was asked, and in files of earlier releases.</param>
internal sealed record StoredDataset(Dataset Dataset, DatasetDescription Description, string? Owner = null)
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
