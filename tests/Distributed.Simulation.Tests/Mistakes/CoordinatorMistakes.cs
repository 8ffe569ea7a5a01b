using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>Deliberate mistakes of coordinators, each made where messages and decisions pass between the correct rule and its node.</summary>
internal static class CoordinatorMistakes
{
    /// <summary>The desk of a coordinator; the correct one unless the mistake is a coordinator's.</summary>
    public static CoordinatorDesk Desk(Mistake? mistake, CoordinatorNode node) => mistake switch
    {
        Mistake.ActBeforeTheJournal => new EarlyActor(node),
        Mistake.ForgetAnEpochThatWentAhead => new EpochForgetter(node),
        Mistake.IgnoreStepsBeyondTheJournal => new StepHider(node),
        Mistake.DecideAnEpochAgain => new EpochRepeater(node),
        Mistake.DeleteKeptParts => new KeptPartsDeleter(node),
        Mistake.SweepKeptParts => new KeptPartsSweeper(node),
        Mistake.CommitBeforeTheKeptBest => new ImpatientCommitter(node),
        Mistake.CommitBeforeTheLastBlock => new CopyCounter(node),
        Mistake.IgnoreLostMemory => new LossHider(node),
        Mistake.CountLostNodesAsFailures => new LossCounter(node),
        Mistake.RememberFailuresOverACommit => new FailureKeeper(node),
        Mistake.SummarizeWithoutTheLatest => new Forgetter(node),
        Mistake.SkipTheGateAtTheEpochsEnd => new GateOpener(node),
        _ => new CoordinatorDesk(node),
    };

    /// <summary>Tells the rule that a decision is durable while it is still being written to the journal.</summary>
    private sealed class EarlyActor(CoordinatorNode node) : CoordinatorDesk(node)
    {
        private readonly Queue<JournalEvent> _writing = [];

        public override bool BlocksAreHere => false;

        public override void Persist(JournalEvent journalEvent)
        {
            _writing.Enqueue(journalEvent);
            if (_writing.Count == 1) Node.Persist(journalEvent);
            Node.Soon((run, now) => run.OnPersisted(journalEvent, now));
        }

        public override void Written(TrainingRun run, JournalEvent journalEvent, TimeSpan now)
        {
            _writing.Dequeue();
            if (_writing.TryPeek(out var next)) Node.Persist(next);
        }
    }

    /// <summary>Does not write the last epoch of a run of several.</summary>
    private sealed class EpochForgetter(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override void PersistEpochs(IReadOnlyList<EpochDecided> epochs) => base.PersistEpochs(epochs.Count > 1 ? [.. epochs.SkipLast(1)] : epochs);
    }

    /// <summary>Takes blocks beyond the first undecided epoch for blocks at its end.</summary>
    private sealed class StepHider(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override IEnumerable<object> Incoming(object message)
        {
            if (History.Decisions.Count >= History.Specification?.Epochs) return [message];
            var end = Node.Plan.BoundaryAfter(History.Decisions.Count);
            return message switch
            {
                BlockState state when state.Step > end => [state with { Step = end }],
                _ => [message],
            };
        }
    }

    /// <summary>Takes the end of an epoch computed again after a rewind for the end of the first undecided one.</summary>
    private sealed class EpochRepeater(CoordinatorNode node) : CoordinatorDesk(node)
    {
        private readonly Dictionary<int, long> _firstLineage = [];

        public override IEnumerable<object> Incoming(object message)
        {
            if (message is not EpochCompleted completed) return [message];
            _firstLineage.TryAdd(completed.Epoch, completed.Lineage);
            var isAgain = completed.Lineage > _firstLineage[completed.Epoch] && completed.Epoch < History.Decisions.Count;
            return [isAgain ? completed with { Epoch = History.Decisions.Count } : completed];
        }
    }

    /// <summary>Deletes the newest checkpoint's parts along with those of superseded ones.</summary>
    private sealed class KeptPartsDeleter(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override void DeleteParts(IReadOnlyList<SnapshotPart> parts) => base.DeleteParts([.. parts, .. History.Latest?.Parts ?? []]);
    }

    /// <summary>Sweeps as if the last two checkpoints were not kept.</summary>
    private sealed class KeptPartsSweeper(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override void SweepParts(PartsSweep sweep) => base.SweepParts(new PartsSweep(
            Node.Job, History.Lineage?.Lineage ?? 0, History.End is not null ? long.MaxValue : History.Latest?.Step ?? 0, History.Checkpoints.SkipLast(2)));
    }

    /// <summary>Stores checkpoints of later steps while the best epoch's weights are in memory only.</summary>
    private sealed class ImpatientCommitter(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override CheckpointOrder Order { get; } = new LaterFirst();

        private sealed class LaterFirst : CheckpointOrder
        {
            public override bool StoresKept(bool isDue, long? wanted) => isDue;
        }
    }

    /// <summary>Counts the last block's copy in memory as stored.</summary>
    private sealed class CopyCounter(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override IEnumerable<object> Incoming(object message)
        {
            yield return message;
            if (message is CheckpointOpened m && m.Block == History.Lineage?.Blocks - 1)
                yield return new SnapshotSaved(m.Job, m.Block, m.Lineage, m.Attempt, m.Step, [], default);
        }
    }

    /// <summary>Tracks which incarnation of each block last had the lineage in force.</summary>
    private abstract class LossWatcher(CoordinatorNode node) : CoordinatorDesk(node)
    {
        private readonly Dictionary<int, (long Incarnation, long Lineage)> _holders = [];

        /// <summary>The incarnation that held this lineage before the sender; null when the block lost nothing.</summary>
        protected long? LostIncarnation(BlockState message)
        {
            var lineage = History.Lineage?.Lineage ?? 0;
            if (_holders.TryGetValue(message.Block, out var holder) && holder.Lineage == lineage && message.Incarnation > holder.Incarnation)
                return holder.Incarnation;
            if (lineage > 0 && message.Lineage == lineage) _holders[message.Block] = (message.Incarnation, lineage);
            return null;
        }
    }

    /// <summary>Mistakes a block that lost its memory for its predecessor.</summary>
    private sealed class LossHider(CoordinatorNode node) : LossWatcher(node)
    {
        public override IEnumerable<object> Incoming(object message) =>
            [message is BlockState state && LostIncarnation(state) is { } lost ? state with { Incarnation = lost } : message];
    }

    /// <summary>Mistakes a block lost with its node for one that threw.</summary>
    private sealed class LossCounter(CoordinatorNode node) : LossWatcher(node)
    {
        public override IEnumerable<object> Incoming(object message)
        {
            if (message is BlockState state && LostIncarnation(state) is { } lost)
                yield return new BlockFailed(
                    state.Job, state.Block, lost, History.Lineage!.Lineage, $"block {state.Block} lost its memory", IsOutOfMemory: false);
            yield return message;
        }
    }

    /// <summary>Keeps counting failed attempts across a committed checkpoint.</summary>
    private sealed class FailureKeeper(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override void Written(TrainingRun run, JournalEvent journalEvent, TimeSpan now)
        {
            var failures = run.History.Failures.ToList();
            base.Written(run, journalEvent, now);
            if (journalEvent is not CheckpointCommitted) return;
            foreach (var failure in failures) run.History.Apply(failure);
        }
    }

    /// <summary>Omits the newest checkpoint from a summary.</summary>
    private sealed class Forgetter(CoordinatorNode node) : CoordinatorDesk(node)
    {
        public override void Persist(JournalEvent journalEvent) => base.Persist(
            journalEvent is JobSummarized summary ? summary with { Checkpoints = [.. summary.Checkpoints.SkipLast(1)] } : journalEvent);
    }

    /// <summary>Tells blocks and workers that the epoch after the undecided one is open.</summary>
    private sealed class GateOpener(CoordinatorNode node) : CoordinatorDesk(node)
    {
        private int TooFar => History.Decisions.Count + 1;

        public override void ToBlock(IBlockMessage message) => base.ToBlock(message switch
        {
            LoadBlock m => m with { OpenThrough = TooFar },
            AssignBlock m => m with { OpenThrough = TooFar },
            OpenBlockEpoch m => m with { OpenThrough = TooFar },
            _ => message,
        });

        public override void ToWorker(WorkerId worker, IWorkerMessage message) => base.ToWorker(worker, message switch
        {
            AssignWorker m => m with { OpenThrough = TooFar },
            OpenWorkerEpoch m => m with { OpenThrough = TooFar },
            _ => message,
        });
    }
}
