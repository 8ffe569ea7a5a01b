using Distributed.Models;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Training;

/// <summary>What a training ended with.</summary>
public sealed record TrainingResult
{
    /// <summary>The job's name.</summary>
    public required string Job { get; init; }

    /// <summary>Why it ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Weight updates done.</summary>
    public required long Steps { get; init; }

    /// <summary>Every finished epoch, in order.</summary>
    public required IReadOnlyList<TrainingEpoch> History { get; init; }

    /// <summary>The model of the best epoch; of a training that ended within its first epoch, <see cref="Last"/>.</summary>
    public required TrainedModel Best { get; init; }

    /// <summary>The model of the last step.</summary>
    public required TrainedModel Last { get; init; }

    /// <summary>How <see cref="Best"/> answers the validation rows, or the training rows without any.</summary>
    public required ModelEvaluation Metrics { get; init; }

    /// <summary>
    /// SHA-256 of the last model's weights, as <c>dtrain</c> prints it: the flat parameter vector as little-endian float32, 64 lower-case hexadecimal
    /// digits. Equal for equal settings and data, whatever workers, blocks, threads and interruptions.
    /// </summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Remarks on how the rows were read, one sentence each, such as a column that is left out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Saves both models as the folders <c>best</c> and <c>last</c>; <see cref="TrainedModel.Load"/> of the folder loads the best one.</summary>
    /// <param name="folder">The folder; made if it is not there. Models in it are replaced.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(string folder)
    {
        Best.Save(Path.Combine(folder, "best"));
        Last.Save(Path.Combine(folder, "last"));
    }
}
