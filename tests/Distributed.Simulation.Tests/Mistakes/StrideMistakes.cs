using Distributed.Protocol.Strides;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>Sits between a block's rule and its loans, and makes one deliberate mistake. Without one everything passes unchanged.</summary>
internal sealed class StrideMistakes(Mistake? mistake)
{
    private (long Lineage, IStrideLoan Loan)? _last;

    /// <summary>Passes a loan to the rule.</summary>
    public IStrideLoan? ToRule(IStrideLoan? loan, long lineage)
    {
        if (loan is null) return null;
        var last = _last;
        _last = (lineage, loan);
        return mistake switch
        {
            Mistake.GoOnDuringAStride => new ForgottenLoan(loan),
            Mistake.ForgetTheLineageOfStrides when last is { Loan.IsTaken: true } before && before.Lineage < lineage => new OlderLoan(loan, before.Loan),
            _ => loan,
        };
    }

    /// <summary>Passes an offer to the worker.</summary>
    public StrideOffer? ToWorker(StrideOffer? offer) => (mistake, offer) switch
    {
        (_, null) => null,
        (Mistake.StrideBeyondTheLimit, _) => offer with { Limit = offer.Limit + 2 },
        (_, { Loan: WrongLoan wrong }) => offer with { Loan = wrong.Right },
        _ => offer,
    };

    private abstract class WrongLoan(IStrideLoan right) : IStrideLoan
    {
        public IStrideLoan Right => right;

        public virtual bool IsTaken => right.IsTaken;

        public bool IsRecalled => right.IsRecalled;

        public virtual StrideOutcome? Outcome => right.Outcome;

        public bool TryTake() => right.TryTake();

        public virtual bool TryWithdraw() => right.TryWithdraw();

        public void Recall() => right.Recall();

        public void GiveBack(StrideOutcome outcome) => right.GiveBack(outcome);
    }

    /// <summary>Seems withdrawn although the worker has taken it.</summary>
    private sealed class ForgottenLoan(IStrideLoan right) : WrongLoan(right)
    {
        public override bool TryWithdraw() => true;
    }

    /// <summary>Has the outcome of an earlier lineage's stride.</summary>
    private sealed class OlderLoan(IStrideLoan right, IStrideLoan older) : WrongLoan(right)
    {
        public override bool IsTaken => true;

        public override StrideOutcome? Outcome => older.Outcome;

        public override bool TryWithdraw() => false;
    }
}
