using Distributed.Protocol.Strides;

namespace Distributed.Cluster.TensorPlane;

/// <summary>Who has a block's memory: its actor, or the compute threads of a worker in the same process. Thread-safe.</summary>
internal sealed class StrideLoan : IStrideLoan
{
    private const int Offered = 0, Withdrawn = 1, Taken = 2;

    private int _state = Offered;
    private volatile bool _isRecalled;
    private StrideOutcome? _outcome; // written after everything that the worker wrote

    public bool IsTaken => Volatile.Read(ref _state) == Taken;

    public bool IsRecalled => _isRecalled;

    public StrideOutcome? Outcome => Volatile.Read(ref _outcome);

    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Offered) == Offered;

    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Offered) != Taken;

    public void Recall() => _isRecalled = true;

    public void GiveBack(StrideOutcome outcome) => Volatile.Write(ref _outcome, outcome);
}
