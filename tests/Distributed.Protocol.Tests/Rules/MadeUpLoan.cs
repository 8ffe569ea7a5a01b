using Distributed.Protocol.Strides;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>A loan on one thread.</summary>
internal sealed class MadeUpLoan : IStrideLoan
{
    public bool IsWithdrawn { get; private set; }

    public bool IsTaken { get; private set; }

    public bool IsRecalled { get; private set; }

    public StrideOutcome? Outcome { get; private set; }

    public bool TryTake() => !IsWithdrawn && !IsTaken && (IsTaken = true);

    public bool TryWithdraw() => !IsTaken && (IsWithdrawn = true);

    public void Recall() => IsRecalled = true;

    public void GiveBack(StrideOutcome outcome) => Outcome = outcome;
}
