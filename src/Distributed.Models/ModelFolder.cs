using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;

namespace Distributed.Models;

/// <summary>
/// A model as a folder: <c>model.json</c> (network, encoding, origin, the weights' SHA-256) beside <c>weights.safetensors</c>.
/// </summary>
/// <remarks>
/// Each file is written beside its place, flushed to the disk and renamed, the weights first. If the machine dies between the two
/// renames, the hash in model.json does not fit the weights, and loading says so.
/// </remarks>
public static class ModelFolder
{
    /// <summary>The file with the network and the encoding.</summary>
    public const string ModelFile = "model.json";

    /// <summary>The file with the weights.</summary>
    public const string WeightsName = "weights.safetensors";

    private const long LongestModelFile = 256 << 20;

    /// <summary>Where the model of a folder is: the folder itself, its <c>best</c>, or its <c>last</c>, whichever is first to have one.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The folder that holds the two files.</returns>
    /// <exception cref="DataException">None of them has a model.</exception>
    public static string Find(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        foreach (var candidate in new[] { folder, Path.Combine(folder, "best"), Path.Combine(folder, "last") })
            if (File.Exists(Path.Combine(candidate, ModelFile)))
                return candidate;
        throw new DataException(
            Directory.Exists(folder) ? "the folder holds no model" : "there is no such folder",
            $"a folder with {ModelFile} and {WeightsName} is needed, or one whose folder best or last has them", folder);
    }

    /// <summary>Loads a model and checks that its parts fit.</summary>
    /// <param name="folder">As for <see cref="Find"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="DataException">There is no model, or it is damaged; says which file and what is wrong.</exception>
    public static TrainedModel Load(string folder)
    {
        var place = Find(folder);
        var modelPath = Path.Combine(place, ModelFile);
        var document = ReadDocument(modelPath);
        var weightsPath = Path.Combine(place, WeightsName);
        var parameters = ReadFile(weightsPath, stream => WeightsFile.Read(stream, weightsPath, new ParameterLayout(document.Network)));
        return ParameterHash.Compute(parameters) == document.WeightsSha256
            ? new TrainedModel(document.Network, document.Encoding, parameters, document.Origin, document.Calibration)
            : throw new DataException(
                $"the weights are not those that {ModelFile} was saved with (their SHA-256 differs)", "save or fetch the model again", weightsPath);
    }

    internal static void Save(TrainedModel model, string folder)
    {
        Directory.CreateDirectory(folder);
        var document = new ModelDocument
        {
            Version = ModelDocument.VersionFor(model),
            Network = model.Network,
            Encoding = model.Encoding,
            WeightsSha256 = ParameterHash.Compute(model.Parameters),
            Calibration = model.Calibration,
            Origin = model.Origin,
        };
        var weights = WriteBeside(Path.Combine(folder, WeightsName), stream => WeightsFile.Write(stream, new ParameterLayout(model.Network), model.Parameters));
        var json = WriteBeside(Path.Combine(folder, ModelFile), stream => JsonSerializer.Serialize(stream, document, ModelJson.Default.ModelDocument));
        File.Move(weights, Path.Combine(folder, WeightsName), overwrite: true);
        File.Move(json, Path.Combine(folder, ModelFile), overwrite: true);
    }

    /// <summary>Why a network and an encoding do not form a model; null when they do.</summary>
    internal static string? Mismatch(NetworkSpecification network, FeatureEncoding encoding)
    {
        if (network.Validate() is { } networkProblem)
            return networkProblem;
        if (encoding.Validate() is { } encodingProblem)
            return encodingProblem;
        if (network.Inputs != encoding.Inputs)
            return $"the network has {network.Inputs} inputs and the encoding makes {encoding.Inputs}";
        if (network.Outputs != encoding.Outputs)
            return $"the network has {network.Outputs} outputs and the encoding means {encoding.Outputs}";
        return network.IsClassification == (encoding.Task == TaskKind.Classify)
            ? null
            : $"the network's output {network.Output} does not fit the task {encoding.Task}";
    }

    private static ModelDocument ReadDocument(string path)
    {
        ModelDocument document;
        try
        {
            document = ReadFile(path, stream => stream.Length <= LongestModelFile
                    ? JsonSerializer.Deserialize(stream, ModelJson.Default.ModelDocument)
                    : throw new DataException($"the file is larger than {LongestModelFile >> 20} MiB", $"a {ModelFile} is needed", path))
                ?? throw new DataException("the file holds null", "save or fetch the model again", path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            var where = error is JsonException { LineNumber: { } line } ? line + 1 : (long?)null;
            throw new DataException(
                "not a valid model: " + error.Message.Split('\n')[0].TrimEnd('.', '\r'), "save or fetch the model again", path, where, inner: error);
        }

        if (document.Version is < 1 or > ModelDocument.NewestVersion)
            throw new DataException(
                $"the model has version {document.Version}", $"this program reads versions 1 to {ModelDocument.NewestVersion}", path);
        var wrongTemperature = document.Calibration is { } calibration
            ? document.Network.IsClassification ? calibration.Validate() : "a regression has no temperature"
            : null;
        return (Mismatch(document.Network, document.Encoding) ?? wrongTemperature) is { } problem
            ? throw new DataException("not a valid model: " + problem, "save or fetch the model again", path)
            : document;
    }

    /// <summary>Reads a file, with errors that name it.</summary>
    internal static T ReadFile<T>(string path, Func<FileStream, T> read, string? adviceIfMissing = "save or fetch the model again")
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return read(stream);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException("there is no such file", adviceIfMissing, path, inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: path, inner: error);
        }
    }

    private static string WriteBeside(string path, Action<FileStream> write)
    {
        var beside = path + ".partial";
        using var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        write(stream);
        stream.Flush(flushToDisk: true);
        return beside;
    }
}
