using Distributed.Jobs.Results;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Jobs.Training;

/// <summary>
/// Trains networks in this process. The static methods log nothing; <c>ITrainer trainer = new Trainer(loggers)</c> logs, and
/// <see cref="DistributedTrainingExtensions.AddDistributedTraining"/> gives a host one that lives with it. All trainers of a process share the
/// stores that they name, and nothing else.
/// </summary>
public sealed class Trainer : ITrainer
{
    private static readonly Trainer Silent = new();

    private readonly Trainings _trainings;

    /// <summary>Makes a trainer.</summary>
    /// <param name="loggers">Where its clusters log; null for nowhere.</param>
    public Trainer(ILoggerFactory? loggers = null) : this(loggers ?? NullLoggerFactory.Instance, null)
    {
    }

    /// <param name="loggers">Where its clusters log.</param>
    /// <param name="store">The store of settings that name none; null for a private one each.</param>
    internal Trainer(ILoggerFactory loggers, string? store) => _trainings = new Trainings(OpenStores.OfProcess, loggers, store);

    /// <inheritdoc cref="ITrainer.TrainAsync"/>
    public static Task<TrainingResult> TrainAsync(
        TrainingSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ((ITrainer)Silent).TrainAsync(settings, progress, cancellationToken);

    /// <inheritdoc cref="ITrainer.ResumeAsync"/>
    public static Task<TrainingResult> ResumeAsync(
        ResumeSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ((ITrainer)Silent).ResumeAsync(settings, progress, cancellationToken);

    /// <inheritdoc cref="ITrainer.ListJobsAsync"/>
    public static Task<IReadOnlyList<JobRecord>> ListJobsAsync(string store, CancellationToken cancellationToken = default) =>
        ((ITrainer)Silent).ListJobsAsync(store, cancellationToken);

    Task<TrainingResult> ITrainer.TrainAsync(TrainingSettings settings, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PropertyWords.SayAsync(() => _trainings.TrainAsync(settings, progress, cancellationToken));
    }

    Task<TrainingResult> ITrainer.ResumeAsync(ResumeSettings settings, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PropertyWords.SayAsync(() => _trainings.ResumeAsync(settings, progress, cancellationToken));
    }

    Task<IReadOnlyList<JobRecord>> ITrainer.ListJobsAsync(string? store, CancellationToken cancellationToken) =>
        PropertyWords.SayAsync(() => _trainings.ListAsync(store, cancellationToken));
}
