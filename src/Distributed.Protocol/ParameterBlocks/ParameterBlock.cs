using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// The rule of one parameter block: sum a step's gradient nodes along the reduction tree, divide by the batch's divisor, apply the optimizer, and
/// push the weights of the next step. Messages and time in, effects out. This class checks the coordinator and lineage of each message;
/// <see cref="BlockLineage"/> does the training.
/// </summary>
internal class ParameterBlock
{
    private readonly BlockSite _site;
    private readonly LeaveRequest _leave;
    private long _term;
    private long _query; // of that term
    private LoadBlock? _loading;
    private BlockLineage? _lineage; // null before anything is loaded
    private TimeSpan _heardAt; // the latest time of any message
    private RepeatTimer _report;
    private readonly DeferredMessages _deferred = new();

    /// <summary>A block without state.</summary>
    /// <param name="job">The job.</param>
    /// <param name="block">The block, from 0.</param>
    /// <param name="incarnation">A number that no earlier incarnation of this block used.</param>
    /// <param name="times">Waits.</param>
    /// <param name="effects">The surroundings.</param>
    public ParameterBlock(JobId job, int block, long incarnation, BlockTimes times, IBlockEffects effects)
    {
        _site = new BlockSite(job, block, incarnation, times, effects);
        _leave = new LeaveRequest(_site);
    }

    /// <summary>The job.</summary>
    public JobId Job => _site.Job;

    /// <summary>Which of the job's blocks this is, from 0.</summary>
    public int Index => _site.Block;

    /// <summary>The version of the weights: steps done; −1 before anything is loaded.</summary>
    public long Step => _lineage?.Step ?? -1;

    /// <summary>The lineage of the weights; 0 before anything is loaded.</summary>
    public long Lineage => _lineage?.Number ?? 0;

    /// <summary>Whether the block neither holds nor loads anything: its surroundings may stop it.</summary>
    public bool IsEmpty => _lineage is null && _loading is null;

    /// <summary>Whether the block may stop while its node shuts down: it holds nothing, or its state is durable and awaited elsewhere.</summary>
    public bool IsReleased => (IsEmpty || _lineage is not null) && _leave.IsReleased(_lineage?.Number);

    /// <summary>The current weights [range], for tests and tools.</summary>
    public ReadOnlyMemory<float> Weights => _lineage?.Weights ?? default;

    /// <summary>Gradient nodes waiting for their siblings.</summary>
    internal int PendingNodes => _lineage?.PendingNodes ?? 0;

    /// <summary>The block's range of the flat vector.</summary>
    internal IndexRange Range => _lineage?.Range ?? default;

    /// <summary>Leaves of the open step's tree.</summary>
    internal int Leaves => _lineage?.Leaves ?? 0;

    /// <summary>Whether the assignment lets the block require two claims: a worker on its own is not audited.</summary>
    internal bool IsAudited => _lineage?.IsAudited ?? false;

    private long NewestLineage => Math.Max(Lineage, _loading?.Lineage ?? 0);

    /// <summary>
    /// Whether a message must wait for a stride's end, which is wanted from now on. Commands that drop the block's state do not wait.
    /// </summary>
    internal bool Defers(IBlockMessage message, TimeSpan now)
    {
        if (message is EndBlock or ReleaseBlock || (message is LoadBlock load && load.Lineage > Lineage)) return false;
        Hear(now);
        if (_lineage is not { IsAway: true } lineage) return false;
        lineage.Recall();
        _deferred.Add(message);
        TakeBack();
        return true;
    }

    /// <summary>
    /// Whether a message is a gradient that is dropped whatever the block is doing: of another lineage, or not from a worker that may send it. It does
    /// not end a stride, and takes no place among the messages that wait for one.
    /// </summary>
    internal bool Drops(IBlockMessage message)
    {
        if (message is not PushGradient gradient) return false;
        if (In(gradient.Lineage) is { } lineage)
        {
            if (lineage.IsDue(gradient)) return false;
            _site.Effects.NoteRefusal(gradient);
        }
        gradient.Lease?.Dispose();
        return true;
    }

    /// <summary>A worker may have given back the memory of a stride in this lineage.</summary>
    public void OnStrideEnded(long lineage, TimeSpan now)
    {
        Hear(now);
        if (lineage == Lineage) TakeBack();
    }

    /// <summary>A coordinator queries the block's state.</summary>
    public void OnGetBlockState(GetBlockState message)
    {
        if (!AcceptTerm(message.Term)) return;
        _query = Math.Max(_query, message.Query);
        ReportState();
    }

    /// <summary>A coordinator tells the block what to load.</summary>
    public void OnLoadBlock(LoadBlock message)
    {
        if (!AcceptTerm(message.Term)) return;
        _query = Math.Max(_query, message.Query);
        if (message.Lineage < NewestLineage) return;
        if (message.Lineage == Lineage || message.Incarnation != _site.Incarnation)
        {
            ReportState();
            return;
        }
        if (_loading?.Lineage == message.Lineage) return; // already in progress
        Drop();
        _loading = message;
        if (message.Checkpoint is { } checkpoint)
            _site.Effects.LoadParts(message.Lineage, PartsOver(checkpoint, BlockWeights.LayoutOf(message)[_site.Block]));
        else Begin(message, BlockWeights.Initialize(_site, message));
    }

    /// <summary>The parts requested by <see cref="IBlockEffects.LoadParts"/>.</summary>
    public void OnPartsLoaded(long lineage, IReadOnlyList<LoadedPart> parts)
    {
        if (_loading is { } load && load.Lineage == lineage) Begin(load, BlockWeights.Restore(_site, load, parts));
    }

    /// <summary>The parts cannot be read or are damaged.</summary>
    public void OnPartsLoadFailed(long lineage, string reason)
    {
        if (_loading is not { } load || load.Lineage != lineage) return;
        _loading = null;
        _site.Effects.ToCoordinator(new BlockLoadFailed(_site.Job, _site.Block, lineage, reason));
    }

    /// <summary>A coordinator sends the assignment.</summary>
    public void OnAssign(AssignBlock message)
    {
        if (AcceptTerm(message.Term)) In(message.Lineage)?.Assign(message, _heardAt);
    }

    /// <summary>A coordinator opens the next epoch.</summary>
    public void OnOpenEpoch(OpenBlockEpoch message, TimeSpan now)
    {
        Hear(now);
        if (AcceptTerm(message.Term)) In(message.Lineage)?.OpenEpoch(message, _heardAt);
    }

    /// <summary>
    /// A worker requests the versions that the block keeps, including the previous one, since another block may still need its step.
    /// </summary>
    public void OnGetWeights(GetWeights message) => In(message.Lineage)?.GiveWeights(message.Worker);

    /// <summary>
    /// A worker's node. Anything outside an open step of this lineage, or from a sender that no assignment of the lineage named, is dropped unread.
    /// </summary>
    public void OnPushGradient(PushGradient message, TimeSpan now)
    {
        Hear(now);
        if (!Drops(message)) In(message.Lineage)!.Take(message, _heardAt);
    }

    /// <summary>A worker claims the result of an audited shard.</summary>
    public void OnPushShardHash(PushShardHash message, TimeSpan now)
    {
        Hear(now);
        In(message.Lineage)?.Take(message, _heardAt);
    }

    /// <summary>A worker's node of the validation tree.</summary>
    public void OnPushEvaluation(PushEvaluation message, TimeSpan now)
    {
        Hear(now);
        In(message.Lineage)?.Take(message, _heardAt);
    }

    /// <summary>A coordinator requests that block 0 withhold its next weights; if some already are, it reports them again.</summary>
    public void OnHold(HoldBlock message)
    {
        if (AcceptTerm(message.Term)) In(message.Lineage)?.Hold();
    }

    /// <summary>A coordinator names the step of the next checkpoint.</summary>
    public void OnOpenCheckpoint(OpenCheckpoint message)
    {
        if (AcceptTerm(message.Term)) In(message.Lineage)?.OpenCheckpoint(message, _heardAt);
    }

    /// <summary>A checkpoint is committed or abandoned.</summary>
    public void OnCloseCheckpoint(CloseCheckpoint message)
    {
        if (AcceptTerm(message.Term)) In(message.Lineage)?.CloseCheckpoint(message);
    }

    /// <summary>The snapshot of that step is durable.</summary>
    public void OnSnapshotStored(long lineage, long step, IReadOnlyList<SnapshotPart> parts) => In(lineage)?.NoteStored(step, parts, _heardAt);

    /// <summary>Storing failed and is retried.</summary>
    public void OnSnapshotDelayed(long lineage, long step, string reason) => In(lineage)?.NoteDelayed(step, reason);

    /// <summary>The node shuts down.</summary>
    public void OnLeave(TimeSpan now)
    {
        Hear(now);
        _leave.Begin();
        _leave.Ask(IsReleased, Lineage, _heardAt);
    }

    /// <summary>The coordinator releases the block.</summary>
    public void OnRelease(ReleaseBlock message)
    {
        if (AcceptTerm(message.Term)) _leave.Release(message.Lineage);
    }

    /// <summary>A job that ends or rests releases what the block holds, unless it has continued since.</summary>
    public void OnEnd(EndBlock message)
    {
        if (!AcceptTerm(message.Term) || message.Lineage < NewestLineage) return;
        Drop();
        TakeBack(); // what waited for a stride is of no use any more
    }

    /// <summary>An exception ends this incarnation.</summary>
    /// <param name="cause">Which block, where, and what happened.</param>
    /// <param name="isOutOfMemory">Whether there was not enough memory.</param>
    public void OnFailed(string cause, bool isOutOfMemory) =>
        _site.Effects.ToCoordinator(new BlockFailed(_site.Job, _site.Block, _site.Incarnation, NewestLineage, cause, isOutOfMemory));

    /// <summary>Advances time; called every few tens of milliseconds.</summary>
    public void OnTick(TimeSpan now)
    {
        Hear(now);
        _leave.Ask(IsReleased, Lineage, now);
        TakeBack(); // the message that it has ended may be lost
        // Without state, the coordinator must say what to load; at a barrier, the message that opens the next epoch may have been lost.
        if (_lineage is { } lineage ? _site.Block > 0 && lineage.AwaitsDecision : _loading is null) ReportStateAgain(now);
        _lineage?.Tick(now);
    }

    /// <summary>The sum of a step's gradient nodes.</summary>
    private protected virtual PartialSum<GradientNodeValue> CreateTree(INodeSum<GradientNodeValue> sum) => new(sum);

    /// <summary>The gate that holds steps with audited shards.</summary>
    private protected virtual AuditGate CreateGate(AuditPlan plan) => new(plan);

    /// <summary>The workers whose gradients are taken in a lineage.</summary>
    private protected virtual DueWorkers CreateDue() => new();

    private void Begin(LoadBlock load, BlockWeights weights)
    {
        var specification = load.Specification;
        _loading = null;
        _lineage = new BlockLineage(
            _site, load, weights, CreateTree(new GradientNodeSum(weights.Range.Count, specification.GradientFormat)),
            CreateGate(new AuditPlan(specification.Seed, load.AuditShare)), CreateDue(), _heardAt);
        ReportState();
    }

    private void Drop()
    {
        _lineage?.End();
        _lineage = null;
        _loading = null;
    }

    /// <summary>
    /// Takes back a stride's memory if it is given back. Messages that waited for it follow at once; until then nothing is lent again.
    /// </summary>
    private void TakeBack()
    {
        _lineage?.TakeBack(_deferred.IsEmpty, _heardAt);
        if (_deferred.IsEmpty || _lineage is { IsTaken: true }) return;
        foreach (var message in _deferred.TakeAll()) this.TryTake(message, _heardAt);
    }

    /// <summary>The loaded lineage, if it is the given one.</summary>
    private BlockLineage? In(long lineage) => _lineage?.Number == lineage ? _lineage : null;

    private void ReportState() =>
        _site.Effects.ToCoordinator(new BlockState(
            _site.Job, _site.Block, _site.Incarnation, _term, _query, Lineage, _lineage?.Step ?? 0, _lineage?.CopiedStep));

    private void ReportStateAgain(TimeSpan now)
    {
        if (_report.IsDue(now, _site.Times.ReportAgain)) ReportState();
    }

    private bool AcceptTerm(long term)
    {
        if (term < _term) return false;
        if (term > _term) _query = 0;
        _term = term;
        return true;
    }

    private void Hear(TimeSpan now) => _heardAt = now > _heardAt ? now : _heardAt;

    private static List<SnapshotPart> PartsOver(Checkpoint checkpoint, IndexRange range) =>
        [.. checkpoint.Parts.Where(part => part.Start < range.End && part.Start + part.Count > range.First)];
}
