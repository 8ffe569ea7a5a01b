using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;

namespace Distributed.Models;

/// <summary>A fitted encoding as bytes, in the form that it has in <c>model.json</c>: what a job's weights need beside them to take raw rows.</summary>
public static class EncodingFile
{
    /// <summary>Writes an encoding.</summary>
    public static byte[] Write(FeatureEncoding encoding) => JsonSerializer.SerializeToUtf8Bytes(encoding, ModelJson.Default.FeatureEncoding);

    /// <summary>Reads an encoding.</summary>
    /// <exception cref="DataException">The bytes are none.</exception>
    public static FeatureEncoding Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var encoding = JsonSerializer.Deserialize(bytes, ModelJson.Default.FeatureEncoding) ?? throw new DataException("the stored encoding is null");
            return encoding.Validate() is { } wrong ? throw new DataException($"the stored encoding cannot be used: {wrong}") : encoding;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new DataException("the stored encoding cannot be read", inner: error);
        }
    }
}
