using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>
/// Sits between a block's shell and its rule, in both directions, and makes one deliberate mistake: changes a message before the rule sees it, or
/// what the rule asks of its shell. Without a mistake everything passes unchanged.
/// </summary>
internal sealed class BlockMistakes(Mistake? mistake, IBlockEffects shell) : IBlockEffects
{
    private readonly Dictionary<(long Lineage, long Step), BlockSnapshot> _uncopied = [];
    private readonly StrideMistakes _strides = new(mistake);
    private (long Lineage, long Step) _held = (-1, -1);
    private ParameterBlock? _rule;
    private long _incarnation;

    /// <summary>Creates the rule.</summary>
    public ParameterBlock Create(JobId job, int block, long incarnation)
    {
        _incarnation = incarnation;
        return _rule = mistake is { } made
            ? new MistakenBlock(made, job, block, incarnation, this)
            : new ParameterBlock(job, block, incarnation, new BlockTimes(), this);
    }

    /// <summary>Passes a message to the rule.</summary>
    /// <param name="message">The message.</param>
    /// <param name="term">The highest term the block has seen.</param>
    public object ToRule(object message, long term)
    {
        if (mistake == Mistake.HandOutWithheldWeights && message is GetWeights get) HandOutWithheld(get);
        return (mistake, message) switch
        {
            (Mistake.ForgetTheTerm, _) => message.WithTermOf(term),
            (Mistake.ForgetTheLineageOfGradients, PushGradient m) => m with { Lineage = _rule!.Lineage },
            (Mistake.ForgetTheStepOfGradients, PushGradient m) => m with { Step = _rule!.Step },
            (Mistake.LoadTwice, LoadBlock m) => m with { Incarnation = _incarnation },
            (Mistake.RestoreWithoutTotals, LoadBlock { Checkpoint: { } checkpoint } m) => m with { Checkpoint = checkpoint with { Totals = default } },
            _ => message,
        };
    }

    /// <summary>Passes stored parts to the rule.</summary>
    public IReadOnlyList<LoadedPart> ToRule(IReadOnlyList<LoadedPart> parts) =>
        mistake == Mistake.RestoreWithoutOptimizerState ? [.. parts.Select(part => part with { State = default })] : parts;

    public void ToCoordinator(ICoordinatorMessage message)
    {
        if (message is BlockHeld held) _held = (held.Lineage, held.Step);
        if (mistake == Mistake.ExcludeTheWrongWorker && message is AuditDisputed disputed) message = AccuseTheWrongWorker(disputed);
        shell.ToCoordinator(message);
    }

    public void ToWorker(WorkerId worker, IWorkerMessage message) => shell.ToWorker(worker, message);

    public void NoteRefusal(PushGradient gradient) => shell.NoteRefusal(gradient);

    public void PushWeights(WorkerId worker, WeightsUpdated weights)
    {
        if (mistake == Mistake.ForgetThePreviousVersion && weights.Step < _rule!.Step) return;
        shell.PushWeights(worker, weights with { Offer = _strides.ToWorker(weights.Offer) });
    }

    public IStrideLoan? OfferStride(WorkerId worker) => _strides.ToRule(shell.OfferStride(worker), _rule!.Lineage);

    public void NoteVersion(Memory<float> weights, long version)
    {
        if (mistake != Mistake.ForgetTheLineageOfStrides) shell.NoteVersion(weights, version);
    }

    public Memory<float> WeightsBuffer(long lineage, BlockLayout layout, int block, long version) =>
        shell.WeightsBuffer(lineage, layout, block, version);

    public void LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts) => shell.LoadParts(lineage, parts);

    public void CopySnapshot(BlockSnapshot snapshot)
    {
        if (mistake == Mistake.CopyTheBestWhenItIsStored) _uncopied[(snapshot.Lineage, snapshot.Step)] = snapshot;
        else shell.CopySnapshot(snapshot);
    }

    public void StoreSnapshot(long lineage, long step)
    {
        if (_uncopied.Remove((lineage, step), out var snapshot)) shell.CopySnapshot(snapshot); // its memory holds other data by now
        shell.StoreSnapshot(lineage, step);
    }

    public void ForgetSnapshot(long lineage, long step)
    {
        _uncopied.Remove((lineage, step));
        shell.ForgetSnapshot(lineage, step);
    }

    public void DeleteParts(IReadOnlyList<SnapshotPart> parts) => shell.DeleteParts(parts);

    private void HandOutWithheld(GetWeights message)
    {
        var rule = _rule!;
        if (message.Lineage != rule.Lineage || _held != (rule.Lineage, rule.Step)) return;
        shell.PushWeights(message.Worker, new WeightsUpdated(message.Job, message.Block, rule.Lineage, rule.Step, rule.Weights, null));
    }

    /// <summary>Swaps a correct worker and a wrong one.</summary>
    private static AuditDisputed AccuseTheWrongWorker(AuditDisputed disputed)
    {
        if (AuditVerdict.Of(disputed.Claims) is not { Wrong: [var wrong, ..], Right: [var right, ..] }) return disputed;
        return disputed with
        {
            Claims = [.. disputed.Claims.Select(claim =>
                claim.Worker == right ? claim with { Worker = wrong } : claim.Worker == wrong ? claim with { Worker = right } : claim)],
        };
    }

    private sealed class MistakenBlock(Mistake mistake, JobId job, int block, long incarnation, IBlockEffects effects)
        : ParameterBlock(job, block, incarnation, new BlockTimes(), effects)
    {
        private protected override PartialSum<GradientNodeValue> CreateTree(INodeSum<GradientNodeValue> sum) => mistake switch
        {
            Mistake.CountAGradientTwice => new DoublingTree(sum),
            Mistake.ApplyWithoutTheLastShard => new HastyTree(sum),
            Mistake.SumInAnotherOrder => new ArrivalOrderTree(sum),
            _ => base.CreateTree(sum),
        };

        private protected override AuditGate CreateGate(AuditPlan plan) => mistake switch
        {
            Mistake.ApplyBeforeTheAudit => new OpenGate(plan),
            Mistake.CountAClaimTwice => new ForgetfulGate(plan),
            _ => base.CreateGate(plan),
        };

        private protected override DueWorkers CreateDue() => mistake == Mistake.TakeGradientsOfStrangers ? new EveryWorker() : base.CreateDue();
    }

    /// <summary>Asks no sender who it is.</summary>
    private sealed class EveryWorker : DueWorkers
    {
        protected override bool Includes(IReadOnlyList<WorkerId> workers) => true;
    }

    /// <summary>Lets every step pass.</summary>
    private sealed class OpenGate(AuditPlan plan) : AuditGate(plan)
    {
        public override bool AreIn => true;

        public override int? Disputed => null;
    }

    /// <summary>Forgets which worker a claim came from.</summary>
    private sealed class ForgetfulGate(AuditPlan plan) : AuditGate(plan)
    {
        protected override bool HasClaimOf(int shard, WorkerId worker) => false;
    }
}
