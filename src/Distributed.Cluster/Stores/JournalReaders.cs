using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Stores;

// Readers run on the requesting node against the shared database: results may exceed the size of a message between nodes.

/// <summary>Reads a journal once, for display, and stops.</summary>
internal abstract class JournalReader<T>(string persistenceId, TaskCompletionSource<T> read) : ReceivePersistentActor
{
    public override string PersistenceId => persistenceId;

    public override Recovery Recovery => JobJournal.WithoutSnapshots;

    protected void Complete(T result)
    {
        read.TrySetResult(result);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        read.TrySetException(new TrainingException($"the store cannot be read: {reason.Message}", reason));
        base.OnRecoveryFailure(reason, message);
    }
}

/// <summary>Reads a job's history from its journal.</summary>
internal sealed class JobHistoryReader : JournalReader<JobHistory>
{
    public JobHistoryReader(JobId job, TaskCompletionSource<JobHistory> read) : base(JobJournal.IdOf(job), read)
    {
        var history = new JobHistory();
        Recover<JournalEvent>(history.Apply);
        Recover<RecoveryCompleted>(_ => Complete(history));
    }

    public static Props Props(JobId job, TaskCompletionSource<JobHistory> read) => Akka.Actor.Props.Create(() => new JobHistoryReader(job, read));
}

/// <summary>Reads a search's history from its journal.</summary>
internal sealed class SearchHistoryReader : JournalReader<SearchHistory>
{
    public SearchHistoryReader(JobId search, TaskCompletionSource<SearchHistory> read) : base(JobJournal.IdOfSearch(search), read)
    {
        var history = new SearchHistory();
        Recover<SearchEvent>(history.Apply);
        Recover<RecoveryCompleted>(_ => Complete(history));
    }

    public static Props Props(JobId search, TaskCompletionSource<SearchHistory> read) => Akka.Actor.Props.Create(() => new SearchHistoryReader(search, read));
}

/// <summary>Reads which jobs a store holds, in order of submission.</summary>
internal sealed class JobListReader : JournalReader<IReadOnlyList<JobRegistered>>
{
    public JobListReader(TaskCompletionSource<IReadOnlyList<JobRegistered>> read) : base(JobJournal.DirectoryId, read)
    {
        var jobs = new RegisteredJobs();
        Recover<JobRegistered>(jobs.Apply);
        Recover<QueueEvent>(jobs.Apply);
        Recover<RecoveryCompleted>(_ => Complete(jobs.Jobs));
    }

    public static Props Props(TaskCompletionSource<IReadOnlyList<JobRegistered>> read) => Akka.Actor.Props.Create(() => new JobListReader(read));
}
