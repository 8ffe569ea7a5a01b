using Distributed.Data;
using Distributed.Learning.Networks;
using Distributed.Models.Onnx;

namespace Distributed.Models.Export;

/// <summary>A form in which other programs read a model.</summary>
public enum ModelFormat
{
    /// <summary>The whole model, from raw rows to answers, as an ONNX graph.</summary>
    Onnx,

    /// <summary>The weights alone.</summary>
    SafeTensors,
}

/// <summary>Writes a trained model in one file for other programs.</summary>
public static class ModelExport
{
    /// <summary>Writes a file; it appears whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">The form.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="DataException">The model does not fit into the form, or the file cannot be written.</exception>
    public static void Write(TrainedModel model, ModelFormat format, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var beside = path + ".partial";
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Write(model, format, stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException("the file cannot be written: " + error.Message.TrimEnd('.'), "name another file", path, inner: error);
        }
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">The form.</param>
    /// <param name="to">Receives the file's bytes.</param>
    /// <exception cref="DataException">The model does not fit into the form.</exception>
    public static void Write(TrainedModel model, ModelFormat format, Stream to)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(to);
        if (format == ModelFormat.SafeTensors)
        {
            WeightsFile.Write(to, new ParameterLayout(model.Network), model.Parameters);
            return;
        }

        var onnx = OnnxModel.Of(model);
        if (onnx.Length > ProtoMessage.LongestMessage)
            throw new DataException($"the model has {onnx.Length:#,0} bytes, and one ONNX file at most 2 GiB", "export safetensors instead");
        onnx.WriteTo(to);
    }

    /// <summary>Reads weights to begin a training with.</summary>
    /// <param name="path">
    /// A safetensors file with <c>layers.0.weight</c>, <c>layers.0.bias</c> [outputs], and so on. A weight is [inputs × outputs], or
    /// [outputs × inputs] as PyTorch keeps it: the shape tells, and where all weights are square the metadata's <c>format</c>: <c>pt</c>.
    /// </param>
    /// <param name="network">The network that they are for.</param>
    /// <param name="note">How the weights were read, where that is worth telling; otherwise null.</param>
    /// <returns>The flat parameter vector.</returns>
    /// <exception cref="DataException">The file cannot be read, or holds other tensors than the network's; says which.</exception>
    public static float[] ReadWeights(string path, NetworkSpecification network, out string? note)
    {
        ArgumentNullException.ThrowIfNull(path);
        var layout = new ParameterLayout(network);
        WeightOrientation? found = null;
        var parameters = ModelFolder.ReadFile(
            path,
            stream => WeightsFile.Read(stream, path, layout, WeightsFile.OfNetwork, header => found = WeightOrientation.Of(header, layout, path)),
            null);
        note = found?.Note;
        return parameters;
    }

    /// <inheritdoc cref="ReadWeights(string, NetworkSpecification, out string?)"/>
    public static float[] ReadWeights(string path, NetworkSpecification network) => ReadWeights(path, network, out _);

    /// <summary>
    /// Reads weights whose hash is known. Square ones are read the other way round where only that has the hash: jobs of earlier versions began
    /// with them as they are in the file, whatever its metadata says.
    /// </summary>
    /// <param name="path">As for <see cref="ReadWeights(string, NetworkSpecification, out string?)"/>.</param>
    /// <param name="network">The network that they are for.</param>
    /// <param name="weightsSha256">The hash (<see cref="ParameterHash"/>).</param>
    /// <returns>The flat parameter vector; of another hash where neither reading has it.</returns>
    /// <exception cref="DataException">The file cannot be read, or holds other tensors than the network's; says which.</exception>
    public static float[] ReadWeights(string path, NetworkSpecification network, string weightsSha256)
    {
        var parameters = ReadWeights(path, network, out _);
        var layout = new ParameterLayout(network);
        if (ParameterHash.Compute(parameters) == weightsSha256 || layout.Layers.Any(layer => layer.Inputs != layer.Outputs)) return parameters;
        var asWritten = ModelFolder.ReadFile(path, stream => WeightsFile.Read(stream, path, layout, WeightsFile.OfNetwork), null);
        return ParameterHash.Compute(asWritten) == weightsSha256 ? asWritten : parameters;
    }
}
