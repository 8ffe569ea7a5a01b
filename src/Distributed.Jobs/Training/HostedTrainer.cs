using Distributed.Jobs.Results;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Training;

/// <summary>A host's trainer: holds its store open, and so its cluster up, from the host's start to its stop.</summary>
internal sealed class HostedTrainer(DistributedTrainingOptions options, ILoggerFactory loggers) : IHostedService, ITrainer, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<Task> _running = [];
    private StoreLease? _store;
    private ITrainer? _trainer;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _store = await PropertyWords.SayAsync(() => OpenAsync(cancellationToken)).ConfigureAwait(false);
        _trainer = new Trainer(loggers, _store.Path);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_running) running = [.. _running];
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // their callers have the exceptions
        if (_store is { } store) await store.DisposeAsync().ConfigureAwait(false);
        _store = null;
    }

    /// <inheritdoc/>
    public Task<TrainingResult> TrainAsync(TrainingSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync((trainer, cancellation) => trainer.TrainAsync(settings, progress, cancellation), cancellationToken);

    /// <inheritdoc/>
    public Task<TrainingResult> ResumeAsync(ResumeSettings settings, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync((trainer, cancellation) => trainer.ResumeAsync(settings, progress, cancellation), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobRecord>> ListJobsAsync(string? store = null, CancellationToken cancellationToken = default) =>
        RunAsync((trainer, cancellation) => trainer.ListJobsAsync(store, cancellation), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task<T> RunAsync<T>(Func<ITrainer, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var trainer = _trainer ?? throw new InvalidOperationException("the host has not started: its trainer is ready once it has");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        Task<T> training;
        lock (_running) _running.Add(training = run(trainer, either.Token));
        try
        {
            return await training.ConfigureAwait(false);
        }
        finally
        {
            lock (_running) _running.Remove(training);
        }
    }

    private Task<StoreLease> OpenAsync(CancellationToken cancellation)
    {
        var given = new ResumeSettings { Store = options.Store, Workers = options.Workers, Threads = options.Threads }.Give();
        return new Trainings(OpenStores.OfProcess, loggers, null).OpenAsync(given, cancellation);
    }
}
