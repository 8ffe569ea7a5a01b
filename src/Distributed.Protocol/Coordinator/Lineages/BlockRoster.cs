using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>The blocks of a lineage as this coordinator knows them: all load the same checkpoint, and all are queried for their state.</summary>
internal sealed class BlockRoster
{
    private readonly RunContext _context;
    private BlockView[] _views;

    private BlockRoster(RunContext context, BlockView[] views, bool isAdopting)
    {
        _context = context;
        _views = views;
        IsAdopting = isAdopting;
    }

    /// <summary>What a block's report means.</summary>
    internal enum Word
    {
        /// <summary>Says nothing about the block's present state.</summary>
        Ignored,

        /// <summary>Says where the block is.</summary>
        Taken,

        /// <summary>Says where the block is, and that it lost its state of this lineage.</summary>
        LostMemory,
    }

    /// <summary>Whether this coordinator has neither seen the journal's lineage loaded everywhere nor started its own.</summary>
    public bool IsAdopting { get; private set; }

    /// <summary>Whether all blocks have loaded the lineage at some point: one without state has lost it since.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Known blocks; none before the job's plan is known.</summary>
    public IReadOnlyList<BlockView> Views => _views;

    public int Count => _views.Length;

    /// <summary>The blocks of the journal's lineage, which a new coordinator adopts when all of them have it.</summary>
    public static BlockRoster OfJournal(RunContext context) => new(context, [], isAdopting: true);

    /// <summary>The blocks of the next lineage; surplus blocks are ended.</summary>
    public BlockRoster Next(int count)
    {
        for (var block = count; block < _views.Length; block++) _context.End(block);
        var views = Make(count);
        for (var block = 0; block < Math.Min(count, _views.Length); block++) views[block] = _views[block].ForNextLineage();
        return new BlockRoster(_context, views, isAdopting: false);
    }

    public BlockView? Find(int block)
    {
        if (_views.Length == 0 && _context.Plan is not null) _views = Make(_context.History.Lineage?.Blocks ?? _context.BlockCount);
        return block >= 0 && block < _views.Length ? _views[block] : null;
    }

    /// <summary>Whether a block number is out of range for the lineage.</summary>
    public bool IsBeyond(int block) => _views.Length > 0 && block >= _views.Length;

    public bool All(Predicate<BlockView> matches) => Array.TrueForAll(_views, matches);

    public bool Any(Predicate<BlockView> matches) => Array.Exists(_views, matches);

    /// <summary>Whether a new coordinator has heard from all blocks and some lack the journal's lineage.</summary>
    public bool LostTheJournalsLineage =>
        IsAdopting && !IsComplete && _views.Length > 0 && All(view => view.IsKnown) && !All(view => view.Last.Lineage == _context.Lineage);

    /// <summary>A block reports its state. A new incarnation has lost the state of the known one.</summary>
    /// <param name="message">Its report.</param>
    /// <param name="isReleased">Whether leaving blocks were released: a new incarnation has then moved.</param>
    public Word Hear(BlockState message, bool isReleased)
    {
        if (_context.Term == 0 || message.Lineage > _context.Lineage || Find(message.Block) is not { } view) return Word.Ignored;
        var isAnswer = message.Term == _context.Term && message.Query > view.Answered;
        var word = Word.Taken;
        if (!view.IsKnown || message.Incarnation != view.Incarnation)
        {
            if (!isAnswer)
            {
                view.PingAt = TimeSpan.Zero; // stale, or a block that has just started: its answer to the next query decides
                return Word.Ignored;
            }
            var wasTold = IsComplete || view.Told == _context.Lineage;
            var hasMoved = isReleased && view.IsLeaving;
            view.Succeed(message.Incarnation);
            if (hasMoved) view.IsLeaving = false; // once all have moved, the next lineage begins
            else if (wasTold) word = Word.LostMemory;
        }
        view.IsKnown = true;
        view.Last.Lineage = Math.Max(view.Last.Lineage, message.Lineage);
        if (message.Lineage == view.Last.Lineage) view.Last.Step = message.Step;
        if (isAnswer) (view.Answered, view.Last.At, view.Last.Copied) = (message.Query, _context.Now, message.Copied);
        return word;
    }

    /// <summary>Whether all blocks have the lineage now, and did not before.</summary>
    /// <param name="wasAdopted">Whether they had it from the previous coordinator.</param>
    public bool TryComplete(out bool wasAdopted)
    {
        wasAdopted = IsAdopting;
        if (!All(view => view.IsKnown && view.Last.Lineage == _context.Lineage)) return false;
        IsComplete = true;
        IsAdopting = false;
        return true;
    }

    /// <summary>Queries blocks for their state, and tells those that answered what to load.</summary>
    public void Load(EpochGate gate)
    {
        for (var block = 0; block < _views.Length; block++)
        {
            var view = _views[block];
            if (_context.Now < view.AskAt || (view.IsKnown && view.Last.Lineage == _context.Lineage)) continue;
            view.AskAt = _context.Now + _context.Times.AskAgain;
            if (IsAdopting || !view.IsKnown)
            {
                Ask(block);
                continue;
            }
            view.Told = _context.Lineage;
            _context.Effects.ToBlock(new LoadBlock(
                _context.Job, block, _context.Term, ++view.Asked, view.Incarnation, _context.Lineage, _views.Length,
                _context.History.Specification!, _context.LineageCheckpoint, gate.TellOpen())
            { AuditShare = _context.AuditShare });
        }
    }

    /// <summary>
    /// Queries every block periodically: a lost one may have no peer that contacts it. The query restarts it, and it reports that it has no state.
    /// </summary>
    public void Ping()
    {
        for (var block = 0; block < _views.Length; block++)
        {
            if (_context.Now < _views[block].PingAt) continue;
            _views[block].PingAt = _context.Now + (_context.History.IsCancelled ? _context.Times.AskAgain : _context.Times.PingEvery);
            Ask(block);
        }
    }

    public void Ask(int block) => _context.Effects.ToBlock(new GetBlockState(_context.Job, block, _context.Term, ++_views[block].Asked));

    /// <summary>The step that all blocks last reported holding a copy of; null for none.</summary>
    public long? CommonCopy => _views[0].Last.Copied is { } step && All(view => view.Last.Copied == step) ? step : null;

    private static BlockView[] Make(int count)
    {
        var views = new BlockView[count];
        for (var i = 0; i < count; i++) views[i] = new BlockView();
        return views;
    }
}
