using Distributed.Cluster;
using Distributed.Data;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Training;

/// <summary>
/// Trains networks in this process, on the same actors, rules and bits as a cluster. Safe to call from several threads; trainings run at the same time.
/// </summary>
public interface ITrainer
{
    /// <summary>Trains a network to its end.</summary>
    /// <param name="settings">The data, and whatever else is not to have its default.</param>
    /// <param name="progress">Told of every epoch; null for nothing. An exception from it pauses the training and comes out of this call.</param>
    /// <param name="cancellationToken">Interrupts the training at its next step, with a checkpoint.</param>
    /// <returns>Both models, metrics, history, and the hash of the weights.</returns>
    /// <exception cref="TrainingSettingException">A setting cannot be used; names the property.</exception>
    /// <exception cref="UsageException">The settings do not go together with each other or with the data.</exception>
    /// <exception cref="DataException">The rows cannot be used; names the row and the column.</exception>
    /// <exception cref="TrainingException">The training failed, such as by a loss that is not finite, or the store cannot be used; says why.</exception>
    /// <exception cref="TrainingInterruptedException">It was cancelled once it had begun.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    Task<TrainingResult> TrainAsync(TrainingSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes on with an interrupted training from its last checkpoint, also one whose process was killed; it ends with the weights of an undisturbed
    /// one. For a job that has ended, the result is that of its end. A file is read again, and has to hold the same rows; rows that were in memory
    /// are read from their copy beside the store.
    /// </summary>
    /// <param name="settings">The store, the job, and how to run it from here on.</param>
    /// <param name="progress">As for <see cref="TrainAsync"/>.</param>
    /// <param name="cancellationToken">As for <see cref="TrainAsync"/>.</param>
    /// <returns>The result of the whole training.</returns>
    /// <exception cref="TrainingSettingException">A setting cannot be used, such as a store that is not there.</exception>
    /// <exception cref="UsageException">There is no such job, or its rows are others now.</exception>
    /// <exception cref="TrainingException">The training failed, or the store cannot be used; says why.</exception>
    /// <exception cref="TrainingInterruptedException">It was cancelled again.</exception>
    Task<TrainingResult> ResumeAsync(ResumeSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>The jobs of a store, newest first; those whose <see cref="JobRecord.End"/> is null can be resumed.</summary>
    /// <param name="store">The store; null for the host's. None when there is no such file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingSettingException">No store is named.</exception>
    /// <exception cref="TrainingException">The store cannot be used; says why.</exception>
    Task<IReadOnlyList<JobRecord>> ListJobsAsync(string? store = null, CancellationToken cancellationToken = default);
}
