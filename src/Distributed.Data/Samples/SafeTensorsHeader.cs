using System.Text.Json;
using System.Text.Unicode;
using Distributed.Data.Tables;

namespace Distributed.Data.Samples;

/// <summary>A tensor of four-byte elements that a safetensors file announces.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">F32, or I32 where allowed.</param>
/// <param name="Shape">Its sizes; row-major.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
internal sealed record SafeTensor(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file: eight bytes of length, then a JSON object of tensors and text metadata. Checked as the
/// specification says (https://github.com/huggingface/safetensors#format): the object begins at once, no name occurs twice, the tensors
/// cover the rest of the file without holes or overlaps, and each one's bytes are those of its shape.
/// </summary>
/// <param name="Tensors">The tensors in the order of their bytes.</param>
/// <param name="Metadata">The entry <c>__metadata__</c>.</param>
internal sealed record SafeTensorsHeader(IReadOnlyList<SafeTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The longest header, as in the reference implementation.</summary>
    public const int LongestHeader = 100_000_000;

    private const string MetadataName = "__metadata__";

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The bytes that follow it in the file.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="types">The types of tensors that are read, of four bytes each; null: F32 alone.</param>
    /// <exception cref="DataException">The header is not as specified, or a tensor is of another type than those.</exception>
    public static SafeTensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string file, IReadOnlyList<string>? types = null)
    {
        if (json.Length == 0 || json.Span[0] != '{' || !Utf8.IsValid(json.Span))
            throw Malformed("the header is not a JSON object", file);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var tensors = new List<SafeTensor>();
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (entry.Name == MetadataName)
                    foreach (var item in Object(entry.Value, entry.Name, file).EnumerateObject())
                        metadata.Add(item.Name, Text(item.Value, item.Name, file));
                else
                    tensors.Add(Tensor(entry.Name, Object(entry.Value, entry.Name, file), file, types ?? ["F32"]));
            }

            tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            CheckCover(tensors, dataLength, file);
            return new SafeTensorsHeader(tensors, metadata);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is no Unicode text.
            throw new DataException("the safetensors header is not valid JSON: " + FirstLine(error), "save or fetch the model again", file, inner: error);
        }
    }

    private static SafeTensor Tensor(string name, JsonElement entry, string file, IReadOnlyList<string> types)
    {
        var shown = CellNumber.Quoted(name);
        if (!entry.TryGetProperty("dtype", out var type) || !entry.TryGetProperty("shape", out var shape)
            || !entry.TryGetProperty("data_offsets", out var offsets))
            throw Malformed($"the tensor {shown} lacks its dtype, shape or data_offsets", file);
        var dtype = Text(type, "dtype", file);
        if (!types.Contains(dtype))
            throw new DataException($"the tensor {shown} has the dtype {CellNumber.Quoted(dtype)}", $"{string.Join(" and ", types)} is read", file);
        var sizes = Sizes(shape, shown, file);
        var range = Sizes(offsets, shown, file);
        if (range.Count != 2 || range[0] > range[1])
            throw Malformed($"the data_offsets of {shown} are not a beginning and an end", file);
        var bytes = (Int128)sizeof(float);
        foreach (var size in sizes)
        {
            bytes *= size;
            if (bytes > long.MaxValue)
                throw Malformed($"the shape of {shown} is too large", file);
        }

        return bytes == range[1] - range[0]
            ? new SafeTensor(name, dtype, sizes, range[0], range[1])
            : throw Malformed($"the shape of {shown} needs {bytes} bytes and its data_offsets hold {range[1] - range[0]}", file);
    }

    private static List<long> Sizes(JsonElement list, string name, string file)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 16)
            throw Malformed($"{name} has a shape or data_offsets that are no list of numbers", file);
        var sizes = new List<long>();
        foreach (var item in list.EnumerateArray())
            sizes.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var size) && size >= 0
                ? size
                : throw Malformed($"{name} has a size or offset that is no whole number", file));
        return sizes;
    }

    private static void CheckCover(List<SafeTensor> tensors, long dataLength, string file)
    {
        var end = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != end)
                throw Malformed($"the bytes of {CellNumber.Quoted(tensor.Name)} begin at {tensor.Begin} instead of {end}", file);
            end = tensor.End;
        }

        if (end != dataLength)
            throw Malformed($"the header announces {end} bytes of tensors and {dataLength} follow", file);
    }

    private static JsonElement Object(JsonElement value, string name, string file) => value.ValueKind == JsonValueKind.Object
        ? value
        : throw Malformed($"the entry {CellNumber.Quoted(name)} is no JSON object", file);

    private static string Text(JsonElement value, string name, string file) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Malformed($"the entry {CellNumber.Quoted(name)} is no text", file);

    private static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd('.', '\r');

    private static DataException Malformed(string problem, string file) =>
        new("not a valid safetensors file: " + problem, "save or fetch the model again", file);
}
