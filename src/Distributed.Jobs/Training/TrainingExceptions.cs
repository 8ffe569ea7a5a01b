using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Training;

/// <summary>A training was cancelled, and is paused: with a store, <see cref="ITrainer.ResumeAsync"/> goes on with it, to the same weights.</summary>
public sealed class TrainingInterruptedException : OperationCanceledException
{
    internal TrainingInterruptedException(string job, long step, string? store, CancellationToken cancellation) : base(
        store is null
            ? $"{job} was interrupted at step {step}; without a store it cannot be resumed"
            : $"{job} was interrupted; it goes on from step {step} of the store {store}", cancellation) =>
        (Job, Step, Store) = (job, step, store);

    /// <summary>The job's name.</summary>
    public string Job { get; }

    /// <summary>The step that it goes on from; 0 when there was no checkpoint yet.</summary>
    public long Step { get; }

    /// <summary>The full path of its store; null when that was private and is deleted.</summary>
    public string? Store { get; }
}

/// <summary>A setting has an invalid value. The message starts with the property's name and says in one line what is wrong and what is expected.</summary>
public sealed class TrainingSettingException : UsageException
{
    internal TrainingSettingException(SettingException error) : base(error.Say(PropertyOf), error) => Property = PropertyOf(error.Setting);

    /// <summary>The property of <see cref="TrainingSettings"/> or <see cref="ResumeSettings"/>.</summary>
    public string Property { get; }

    internal static string PropertyOf(Setting setting) => char.ToUpperInvariant(setting.Member[0]) + setting.Member[1..];
}
