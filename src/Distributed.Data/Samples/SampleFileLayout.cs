using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Distributed.Data.Samples;

/// <summary>A tensor of a sample file: four-byte elements, row-major.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Type">F32 or I32.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
internal sealed record SampleTensor(string Name, string Type, long[] Shape, long Begin)
{
    /// <summary>The byte after its last.</summary>
    public long End => Begin + sizeof(float) * Shape.Aggregate(1L, (product, size) => checked(product * size));
}

/// <summary>
/// The layout of a sample file; see <see cref="SampleFile"/>. A pure function of sizes, task and fingerprint, so that the same
/// samples make the same file, byte for byte, wherever it is written.
/// </summary>
internal sealed class SampleFileLayout
{
    public const string Format = "distributed-samples-1";

    /// <summary>The format where samples have weights: programs that do not know them refuse the file.</summary>
    public const string WeightedFormat = "distributed-samples-2";

    public const string Training = "training", Validation = "validation";
    public const string Classify = "classify", Regress = "regress";

    /// <summary>The tensors begin at a multiple of this: a cache line.</summary>
    private const int Alignment = 64;

    private readonly byte[] _header;

    public SampleFileLayout(ISampleSource training, ISampleSource? validation, string sha256)
    {
        var tensors = new List<SampleTensor>();
        Add(tensors, Training, training);
        if (validation is not null) Add(tensors, Validation, validation);
        Tensors = tensors;
        _header = WriteHeader(tensors, new Dictionary<string, string>
        {
            ["format"] = training.HasWeights ? WeightedFormat : Format,
            ["outputs"] = training.Outputs.ToString(CultureInfo.InvariantCulture),
            ["sha256"] = sha256,
            ["task"] = training.IsClassification ? Classify : Regress,
        });
    }

    /// <summary>The tensors in the order of their bytes: inputs, labels or targets, weights if there are any, of training, then of validation.</summary>
    public IReadOnlyList<SampleTensor> Tensors { get; }

    /// <summary>The part before the tensors: the header's length, then the header.</summary>
    public ReadOnlySpan<byte> Beginning => _header;

    /// <summary>The file's length in bytes.</summary>
    public long Length => _header.Length + Tensors[^1].End;

    /// <summary>The tensors of a part, in the order of their bytes.</summary>
    public IReadOnlyList<SampleTensor> Of(string part) => [.. Tensors.Where(tensor => tensor.Name.StartsWith(part + '.', StringComparison.Ordinal))];

    /// <summary>The place in the file of a tensor's element.</summary>
    public long PlaceOf(SampleTensor tensor, long element) => _header.Length + tensor.Begin + element * sizeof(float);

    private static void Add(List<SampleTensor> tensors, string part, ISampleSource samples)
    {
        var begin = tensors.Count > 0 ? tensors[^1].End : 0;
        tensors.Add(new SampleTensor($"{part}.inputs", "F32", [samples.Rows, samples.Inputs], begin));
        tensors.Add(samples.IsClassification
            ? new SampleTensor($"{part}.labels", "I32", [samples.Rows], tensors[^1].End)
            : new SampleTensor($"{part}.targets", "F32", [samples.Rows, samples.Outputs], tensors[^1].End));
        if (samples.HasWeights) tensors.Add(new SampleTensor($"{part}.weights", "F32", [samples.Rows], tensors[^1].End));
    }

    private static byte[] WriteHeader(List<SampleTensor> tensors, Dictionary<string, string> metadata)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (name, text) in metadata) json.WriteString(name, text);
            json.WriteEndObject();
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type);
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(tensor.Begin);
                json.WriteNumberValue(tensor.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (bytes.Length % Alignment != 0) bytes.WriteByte((byte)' ');
        var header = bytes.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }
}
