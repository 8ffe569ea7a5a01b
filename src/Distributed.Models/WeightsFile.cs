using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Samples;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;

namespace Distributed.Models;

/// <summary>
/// A network's parameters as a safetensors file: <c>layers.0.weight</c> [inputs × outputs] row-major, <c>layers.0.bias</c> [outputs], and so
/// on, in the order of the flat vector, so that the bytes behind the header are that vector and their SHA-256 (kept as
/// <c>sha256</c> in <c>__metadata__</c>) is <see cref="ParameterHash"/>.
/// </summary>
/// <remarks>PyTorch's <c>Linear</c> keeps its weight as [outputs × inputs]; <see cref="WeightOrientation"/> tells the two apart.</remarks>
internal static class WeightsFile
{
    private const int AtOnce = 1 << 18;
    private const string HashName = "sha256";

    /// <summary>The reader of the tensors: a saved model, or a job with initial weights.</summary>
    public const string OfModel = "model.json's network", OfNetwork = "the job's network";

    /// <summary>The tensors of a network, in order.</summary>
    public static IReadOnlyList<(string Name, long[] Shape, int Offset, int Count)> TensorsOf(ParameterLayout layout)
    {
        var tensors = new List<(string Name, long[] Shape, int Offset, int Count)>();
        for (var i = 0; i < layout.Layers.Count; i++)
        {
            var layer = layout.Layers[i];
            tensors.Add((WeightName(i), [layer.Inputs, layer.Outputs], layer.WeightOffset, layer.WeightCount));
            tensors.Add(($"layers.{i}.bias", [layer.Outputs], layer.BiasOffset, layer.Outputs));
        }

        return tensors;
    }

    /// <summary>The name of a layer's weight, counted from 0.</summary>
    public static string WeightName(int layer) => $"layers.{layer}.weight";

    /// <summary>Writes the file.</summary>
    public static void Write(Stream to, ParameterLayout layout, ReadOnlySpan<float> parameters)
    {
        var header = Header(layout, ParameterHash.Compute(parameters));
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        to.Write(length);
        to.Write(header);
        var buffer = new float[Math.Min(AtOnce, parameters.Length)];
        for (var first = 0; first < parameters.Length; first += AtOnce)
        {
            var part = parameters.Slice(first, Math.Min(AtOnce, parameters.Length - first));
            part.CopyTo(buffer);
            to.Write(LittleEndian(buffer.AsSpan(0, part.Length)));
        }
    }

    /// <summary>Reads a file that belongs to a network.</summary>
    /// <param name="from">The file, at its beginning.</param>
    /// <param name="file">What messages call it.</param>
    /// <param name="layout">The network's parameters.</param>
    /// <param name="whose">What messages call the network.</param>
    /// <param name="orient">Decides which way round the weights are; null: as this program writes them.</param>
    /// <returns>The flat parameter vector.</returns>
    /// <exception cref="DataException">The file is malformed or damaged, or holds other tensors than the network's.</exception>
    public static float[] Read(
        Stream from, string file, ParameterLayout layout, string whose = OfModel, Func<SafeTensorsHeader, WeightOrientation>? orient = null)
    {
        var (header, dataStart) = ReadHeader(from, file);
        var orientation = orient?.Invoke(header) ?? WeightOrientation.AsWritten;
        CheckTensors(header, layout, orientation, whose, file);

        var offsets = header.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Begin, StringComparer.Ordinal);
        var parameters = new float[layout.Count];
        foreach (var (name, _, offset, count) in TensorsOf(layout))
        {
            from.Position = dataStart + offsets[name];
            ReadData(from, parameters.AsSpan(offset, count), file);
        }

        if (header.Metadata.TryGetValue(HashName, out var expected) && expected != ParameterHash.Compute(parameters))
            throw new DataException("the weights are not those whose SHA-256 the file's header names", "save or fetch the model again", file);
        if (parameters.AsSpan().IndexOfAnyExceptFinite() is >= 0 and var bad)
            throw new DataException($"parameter {bad} is {parameters[bad]}", "a trained model has finite weights", file);
        foreach (var layer in layout.Layers)
            orientation.Restore(parameters.AsSpan(layer.WeightOffset, layer.WeightCount), layer.Inputs, layer.Outputs);
        return parameters;
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(Stream from, string file)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        if (from.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
            throw Ends(file);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        var dataStart = sizeof(ulong) + (long)Math.Min(headerLength, SafeTensorsHeader.LongestHeader);
        if (headerLength > SafeTensorsHeader.LongestHeader || dataStart > from.Length)
            throw new DataException(
                $"not a valid safetensors file: its header would be {headerLength} bytes long", "save or fetch the model again", file);
        var json = new byte[headerLength];
        if (from.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) < json.Length)
            throw Ends(file);

        return (SafeTensorsHeader.Parse(json, from.Length - dataStart, file), dataStart);
    }

    private static void CheckTensors(
        SafeTensorsHeader header, ParameterLayout layout, WeightOrientation orientation, string whose, string file)
    {
        var found = header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var (name, shape, _, _) in TensorsOf(layout))
        {
            if (!found.Remove(name, out var tensor))
                throw new DataException($"the tensor {name} is missing", $"the weights belong to another network than {whose}", file);
            var needed = shape is [var inputs, var outputs] ? orientation.ShapeOf((int)inputs, (int)outputs) : shape;
            if (!tensor.Shape.SequenceEqual(needed))
                throw new DataException(
                    $"the tensor {name} has the shape [{string.Join(", ", tensor.Shape)}]",
                    $"{whose} needs [{string.Join(", ", needed)}]", file);
        }

        if (found.Count > 0)
            throw new DataException(
                $"the tensor {CellNumber.Quoted(found.Keys.Order(StringComparer.Ordinal).First())} is none of the network's",
                $"the weights belong to another network than {whose}", file);
    }

    private static void ReadData(Stream from, Span<float> into, string file)
    {
        for (var first = 0; first < into.Length; first += AtOnce)
        {
            var part = into.Slice(first, Math.Min(AtOnce, into.Length - first));
            var bytes = MemoryMarshal.AsBytes(part);
            if (from.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw Ends(file);
            LittleEndian(part);
        }
    }

    private static int IndexOfAnyExceptFinite(this Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                return i;
        return -1;
    }

    /// <summary>Swaps bytes in place on a big-endian machine; the same operation in both directions.</summary>
    private static ReadOnlySpan<byte> LittleEndian(Span<float> values)
    {
        var words = MemoryMarshal.Cast<float, int>(values);
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words, words);
        return MemoryMarshal.AsBytes(words);
    }

    /// <summary>The JSON header, filled up with blanks so that the data begins at a multiple of eight bytes.</summary>
    private static byte[] Header(ParameterLayout layout, string sha256)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "distributed");
            json.WriteString(HashName, sha256);
            json.WriteEndObject();
            foreach (var (name, shape, offset, count) in TensorsOf(layout))
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue((long)offset * sizeof(float));
                json.WriteNumberValue(((long)offset + count) * sizeof(float));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % sizeof(ulong) != 0)
            bytes.WriteByte((byte)' ');
        return bytes.ToArray();
    }

    private static DataException Ends(string file) => new("the file ends early", "save or fetch the model again", file);
}
