using System.Threading.Channels;
using Akka.Actor;
using Distributed.Cluster.Searches;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Service;

/// <summary>A search that was started here: its news, and how it is steered.</summary>
internal sealed class RunningSearch : ISearchWatcher
{
    // Decisions are as many as the trials have rungs, which is bounded; progress is dropped while the reader is slow.
    private const int ProgressBound = 1000;

    private readonly Channel<SearchNews> _news = Channel.CreateUnbounded<SearchNews>();
    private IActorRef? _search;
    private ActorSystem? _system;

    /// <summary>What happens from now on, to its pause or its end.</summary>
    public IAsyncEnumerable<SearchNews> News => _news.Reader.ReadAllAsync();

    /// <summary>Has all trials rest; the news end once they do.</summary>
    public void Pause() => _search?.Tell(new PauseSearch());

    /// <summary>Ends it with its best trial so far.</summary>
    public void Cancel() => _search?.Tell(new CancelSearch());

    /// <summary>Begins to listen to the search's actor, which is stopped once it rests.</summary>
    internal void Begin(IActorRef search, ActorSystem system) => (_search, _system) = (search, system);

    /// <summary>A trial's job tells of an epoch.</summary>
    internal void Progressed(int trial, EpochEnded ended)
    {
        if (_news.Reader.Count < ProgressBound) _news.Writer.TryWrite(new TrialProgressed(trial, ended));
    }

    void ISearchWatcher.Decided(SearchEvent searchEvent) => _news.Writer.TryWrite(new SearchDecided(searchEvent));

    void ISearchWatcher.Waits(string reason) => _news.Writer.TryWrite(new SearchWaits(reason));

    void ISearchWatcher.Rested()
    {
        _news.Writer.TryComplete();
        if (_search is { } search) _system?.Stop(search);
    }
}

/// <summary>What happens in a search.</summary>
internal abstract record SearchNews;

/// <summary>A decision is durable.</summary>
internal sealed record SearchDecided(SearchEvent Event) : SearchNews;

/// <summary>A trial's job has ended an epoch.</summary>
internal sealed record TrialProgressed(int Trial, EpochEnded Ended) : SearchNews;

/// <summary>The search waits.</summary>
internal sealed record SearchWaits(string Reason) : SearchNews;
