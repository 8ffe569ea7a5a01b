using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>The parts of the checkpoint from which a lineage begins.</summary>
/// <param name="Lineage">The lineage.</param>
/// <param name="Parts">The parts.</param>
/// <param name="Wait">The delay before they are requested again.</param>
internal sealed record WantedParts(long Lineage, IReadOnlyList<SnapshotPart> Parts, TimeSpan Wait);

// Sent by the loading to the block's actor: one of these answers each attempt.

/// <summary>All parts are read.</summary>
internal sealed record PartsLoaded(long Lineage, IReadOnlyList<LoadedPart> Parts);

/// <summary>A part is missing or damaged: another checkpoint is needed.</summary>
internal sealed record PartsUnreadable(long Lineage, string Reason);

/// <summary>The store does not answer.</summary>
internal sealed record PartsDelayed(WantedParts Wanted, string Reason);

/// <summary>The delay after <see cref="PartsDelayed"/> is over; sent by the block's timer.</summary>
internal sealed record LoadAgain(WantedParts Wanted);

/// <summary>
/// Loads the parts of the newest lineage that a block was told to load. A store that does not answer is asked again for as long as the block lives; the
/// coordinator waits and reports it.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="job">The job.</param>
/// <param name="block">The block.</param>
/// <param name="log">The log of the block's actor.</param>
internal sealed class SnapshotLoading(ActorSystem system, JobId job, int block, ILoggingAdapter log)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly ClusterStoreReader _store = new(system);
    private long _lineage; // of the most recently requested parts

    /// <summary>Begins to load a lineage's parts in place of any earlier one's.</summary>
    public Task<object> BeginAsync(long lineage, IReadOnlyList<SnapshotPart> parts)
    {
        _lineage = lineage;
        return LoadAsync(new WantedParts(lineage, parts, FirstWait));
    }

    /// <summary>Loads again; null when another lineage is loading by now.</summary>
    public Task<object>? AgainAsync(LoadAgain message) => message.Wanted.Lineage == _lineage ? LoadAsync(message.Wanted) : null;

    /// <summary>An attempt was in vain. Returns the next one, with a longer delay after it; null when another lineage is loading by now.</summary>
    public LoadAgain? OnDelayed(PartsDelayed message)
    {
        var wanted = message.Wanted;
        if (wanted.Lineage != _lineage) return null;
        log.Warning("block {0} of {1}: {2}; trying again", block, job, message.Reason);
        return new LoadAgain(wanted with { Wait = wanted.Wait * 2 < LongestWait ? wanted.Wait * 2 : LongestWait });
    }

    private async Task<object> LoadAsync(WantedParts wanted)
    {
        try
        {
            return new PartsLoaded(wanted.Lineage, await StoredParts.LoadAsync(_store, wanted.Parts, CancellationToken.None).ConfigureAwait(false));
        }
        catch (SnapshotUnreadableException e)
        {
            return new PartsUnreadable(wanted.Lineage, e.Message);
        }
        catch (SnapshotStoreUnavailableException e)
        {
            return new PartsDelayed(wanted, e.Message);
        }
    }
}
