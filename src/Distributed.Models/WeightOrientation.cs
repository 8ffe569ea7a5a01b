using Distributed.Data.Samples;
using Distributed.Learning.Networks;

namespace Distributed.Models;

/// <summary>Which way round a safetensors file keeps the weights of a dense layer.</summary>
/// <param name="IsTransposed">[outputs × inputs], as PyTorch's <c>Linear</c>, instead of [inputs × outputs].</param>
/// <param name="Note">How the weights are read where that is not as this program writes them, or where the file does not say; null otherwise.</param>
internal sealed record WeightOrientation(bool IsTransposed, string? Note)
{
    private const string FormatName = "format", Ours = "distributed", PyTorch = "pt";

    /// <summary>[inputs × outputs], as this program writes them.</summary>
    public static readonly WeightOrientation AsWritten = new(false, null);

    /// <summary>
    /// Decides for a whole file: by the shape of a weight that is not square, and where all are square by the metadata's <c>format</c>.
    /// </summary>
    /// <param name="header">The file's header.</param>
    /// <param name="layout">The network's parameters.</param>
    /// <param name="file">What the note calls the file.</param>
    public static WeightOrientation Of(SafeTensorsHeader header, ParameterLayout layout, string file)
    {
        var format = header.Metadata.GetValueOrDefault(FormatName);
        if (format == Ours) return AsWritten;
        var shapes = header.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);
        string? square = null;
        for (var i = 0; i < layout.Layers.Count; i++)
        {
            var (inputs, outputs, name) = (layout.Layers[i].Inputs, layout.Layers[i].Outputs, WeightsFile.WeightName(i));
            if (inputs != outputs)
            {
                // A shape that is neither is the reader's to refuse.
                return shapes.TryGetValue(name, out var shape) && shape.SequenceEqual([outputs, inputs]) ? Transposed(file) : AsWritten;
            }

            if (inputs > 1) square ??= name;
        }

        if (square is null) return AsWritten;
        return format == PyTorch
            ? Transposed(file)
            : new WeightOrientation(false,
                $"{Path.GetFileName(file)}: {square} is square and the metadata names no known format: read as [inputs × outputs]; "
                + $"metadata {{\"{FormatName}\": \"{PyTorch}\"}} says [outputs × inputs], as PyTorch keeps them");
    }

    /// <summary>The shape of a layer's weight in the file.</summary>
    public long[] ShapeOf(int inputs, int outputs) => IsTransposed ? [outputs, inputs] : [inputs, outputs];

    /// <summary>Turns a weight of the file into [inputs × outputs].</summary>
    public void Restore(Span<float> weight, int inputs, int outputs)
    {
        if (!IsTransposed) return;
        var stored = weight.ToArray();
        for (var i = 0; i < inputs; i++)
            for (var o = 0; o < outputs; o++)
                weight[i * outputs + o] = stored[o * inputs + i];
    }

    private static WeightOrientation Transposed(string file) =>
        new(true, $"{Path.GetFileName(file)}: the weights are [outputs × inputs], as PyTorch keeps them, and are transposed");
}
