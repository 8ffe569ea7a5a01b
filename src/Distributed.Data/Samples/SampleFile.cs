using System.Buffers.Binary;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Data.Samples;

/// <summary>
/// Encoded samples as a safetensors file: float32 rows that a worker maps into memory instead of reading them, so that its own memory does not
/// grow with the data. Tensors: <c>training.inputs</c> F32 [rows × inputs]; <c>training.labels</c> I32 [rows] (classes) or
/// <c>training.targets</c> F32 [rows × outputs] (values); <c>training.weights</c> F32 [rows]
/// where samples have weights (then the format is 2); the same for <c>validation</c>, if there is any. Metadata: <c>sha256</c> (see
/// <see cref="SampleHash"/>), <c>task</c>, <c>outputs</c>.
/// </summary>
/// <remarks>
/// Why not Arrow: there a column is cut into record batches whose buffers its .NET library holds as arrays of at most 2 GiB; a row has no
/// fixed place in the file. Here row r is at begin + r × inputs × 4, for any size, and the format's readers (Python, Rust) map it as well.
/// </remarks>
public static class SampleFile
{
    private const int RowsAtOnce = 256;
    private const int LongestHeader = 1 << 20;

    /// <summary>The bytes that <see cref="Write"/> writes.</summary>
    public static long LengthOf(EncodedDataSet data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new SampleFileLayout(data.Training, data.Validation, data.Sha256).Length;
    }

    /// <summary>Writes a data set; the same samples always give the same bytes.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="to">An empty file, open for writing.</param>
    /// <param name="cancellation">Ends it early, with the file half written.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    public static void Write(EncodedDataSet data, SafeFileHandle to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireLittleEndian();
        var layout = new SampleFileLayout(data.Training, data.Validation, data.Sha256);
        RandomAccess.Write(to, layout.Beginning, 0);
        WritePart(data.Training, layout, layout.Of(SampleFileLayout.Training), to, cancellation);
        if (data.Validation is { } validation) WritePart(validation, layout, layout.Of(SampleFileLayout.Validation), to, cancellation);
    }

    /// <summary>Maps a file into memory; nothing is read but its header. Whether the samples are those that it names, <see cref="Check"/> tells.</summary>
    /// <param name="path">The file. It must not change while the samples are used.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="DataException">It is not such a file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SampleSet Map(string path)
    {
        RequireLittleEndian();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var header = ReadHeader(file, path, out var dataBegin);
        if (header.Metadata.GetValueOrDefault("format") is not (SampleFileLayout.Format or SampleFileLayout.WeightedFormat)) throw Wrong("it names another format", path);
        if (!int.TryParse(header.Metadata.GetValueOrDefault("outputs"), NumberStyles.None, CultureInfo.InvariantCulture, out var outputs) || outputs < 1)
            throw Wrong("it does not tell the number of outputs", path);
        var isClassification = header.Metadata.GetValueOrDefault("task") switch
        {
            SampleFileLayout.Classify => true,
            SampleFileLayout.Regress => false,
            _ => throw Wrong("it does not tell the task", path),
        };
        var length = file.Length;
        using var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
        return new SampleSet(
            Part(SampleFileLayout.Training) ?? throw Wrong("it holds no training samples", path),
            Part(SampleFileLayout.Validation));

        MappedSamples? Part(string name)
        {
            var inputs = header.Tensors.FirstOrDefault(tensor => tensor.Name == $"{name}.inputs");
            if (inputs is null) return null;
            var targets = header.Tensors.FirstOrDefault(tensor => tensor.Name == (isClassification ? $"{name}.labels" : $"{name}.targets"));
            if (inputs is not { Type: "F32", Shape: [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue] } || targets is null ||
                targets.Type != (isClassification ? "I32" : "F32") ||
                !targets.Shape.SequenceEqual(isClassification ? [inputs.Shape[0]] : [inputs.Shape[0], outputs]))
                throw Wrong($"the shapes of its {name} samples do not fit", path);
            var weights = header.Tensors.FirstOrDefault(tensor => tensor.Name == $"{name}.weights");
            if (weights is not null && (weights.Type != "F32" || !weights.Shape.SequenceEqual([inputs.Shape[0]])))
                throw Wrong($"the shapes of its {name} samples do not fit", path);
            return new MappedSamples(
                view, dataBegin + inputs.Begin, dataBegin + targets.Begin, dataBegin + weights?.Begin, (int)inputs.Shape[0], (int)inputs.Shape[1], outputs, isClassification);
        }
    }

    /// <summary>Whether samples are those of a fingerprint: reads them all.</summary>
    public static bool Check(SampleSet samples, string sha256)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return SampleHash.Compute(samples.Training, samples.Validation) == sha256;
    }

    private static SafeTensorsHeader ReadHeader(FileStream file, string path, out long dataBegin)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        if (file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length) throw Wrong("it ends early", path);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > LongestHeader) throw Wrong("its header is too long", path);
        var json = new byte[headerLength];
        if (file.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) < json.Length) throw Wrong("it ends early", path);
        dataBegin = sizeof(ulong) + json.Length;
        return dataBegin % sizeof(float) == 0
            ? SafeTensorsHeader.Parse(json, file.Length - dataBegin, path, ["F32", "I32"])
            : throw Wrong("its values do not stand at multiples of four bytes", path);
    }

    private static void WritePart(
        ISampleSource part, SampleFileLayout layout, IReadOnlyList<SampleTensor> tensors, SafeFileHandle to, CancellationToken cancellation)
    {
        var atOnce = Math.Max(1, Math.Min(RowsAtOnce, part.Rows));
        var rows = new int[atOnce];
        var inputs = new float[(long)atOnce * part.Inputs];
        var labels = new int[part.IsClassification ? atOnce : 0];
        var targets = new float[part.IsClassification ? 0 : atOnce * part.Outputs];
        var weights = new float[part.HasWeights ? atOnce : 0];
        for (var first = 0; first < part.Rows; first += atOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(atOnce, part.Rows - first);
            for (var i = 0; i < count; i++) rows[i] = first + i;
            part.Gather(rows.AsSpan(0, count), inputs, labels, targets);
            RandomAccess.Write(to, MemoryMarshal.AsBytes(inputs.AsSpan(0, count * part.Inputs)), layout.PlaceOf(tensors[0], (long)first * part.Inputs));
            if (part.IsClassification) RandomAccess.Write(to, MemoryMarshal.AsBytes(labels.AsSpan(0, count)), layout.PlaceOf(tensors[1], first));
            else RandomAccess.Write(to, MemoryMarshal.AsBytes(targets.AsSpan(0, count * part.Outputs)), layout.PlaceOf(tensors[1], (long)first * part.Outputs));
            if (!part.HasWeights) continue;
            part.GatherWeights(rows.AsSpan(0, count), weights);
            RandomAccess.Write(to, MemoryMarshal.AsBytes(weights.AsSpan(0, count)), layout.PlaceOf(tensors[2], first));
        }
    }

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("A sample file is mapped as it lies: that needs a little-endian machine.");
    }

    private static DataException Wrong(string problem, string file) => new("not a file of encoded samples: " + problem, "encode the data set again", file);
}
