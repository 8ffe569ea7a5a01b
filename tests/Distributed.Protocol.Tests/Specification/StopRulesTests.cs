using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Specification;

public sealed class StopRulesTests
{
    [Fact]
    public void Without_rules_the_last_epoch_ends_the_job()
    {
        var decisions = Decide(new StopRules(), 3, [5, 4, 6]);
        Assert.Equal([null, null, StopReason.Epochs], decisions.Select(decision => decision.Stop));
        Assert.Equal([true, true, false], decisions.Select(decision => decision.IsBest));
    }

    [Fact]
    public void A_tie_keeps_the_earlier_best()
    {
        var decisions = Decide(new StopRules(), 3, [4, 4, 4]);
        Assert.Equal([true, false, false], decisions.Select(decision => decision.IsBest));
        Assert.Equal(0, EpochDecisions.Best(decisions)!.Epoch);
    }

    [Fact]
    public void Patience_counts_epochs_since_the_best()
    {
        var decisions = Decide(new StopRules { Patience = 2 }, 9, [5, 4, 4.5, 3, 3.5, 3]);
        Assert.Equal([null, null, null, null, null, StopReason.Patience], decisions.Select(decision => decision.Stop));
    }

    [Fact]
    public void A_target_loss_is_reached_by_equality() =>
        Assert.Equal([null, StopReason.Target], Decide(new StopRules { TargetLoss = 4 }, 9, [5, 4]).Select(decision => decision.Stop));

    [Fact]
    public void A_target_accuracy_is_asked_of_the_validation_set()
    {
        var rules = new StopRules { TargetAccuracy = 0.9 };
        Assert.Null(rules.Decide(0, 5, SampleJobs.Loss(1, 0.89), null).Stop);
        Assert.Equal(StopReason.Target, rules.Decide(0, 5, SampleJobs.Loss(1, 0.9), null).Stop);
    }

    [Fact]
    public void A_target_in_the_last_epoch_is_the_reason() =>
        Assert.Equal(StopReason.Target, new StopRules { TargetLoss = 4 }.Decide(0, 1, SampleJobs.Loss(4), null).Stop);

    [Fact]
    public void Without_a_validation_set_the_training_loss_decides()
    {
        var metrics = new EpochMetrics { TrainLoss = 0.5 };
        Assert.Equal(0.5, metrics.DecidingLoss);
        Assert.Equal(StopReason.Target, new StopRules { TargetLoss = 0.5 }.Decide(0, 5, metrics, null).Stop);
    }

    private static List<EpochDecided> Decide(StopRules rules, int epochs, double[] losses)
    {
        var decisions = new List<EpochDecided>();
        foreach (var loss in losses) decisions.Add(rules.Decide(decisions.Count, epochs, SampleJobs.Loss(loss), EpochDecisions.Best(decisions)));
        return decisions;
    }
}
