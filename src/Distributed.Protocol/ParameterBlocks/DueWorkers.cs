using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// The workers from which a block takes gradients in one lineage: those that one of its assignments named. A worker may send an older node again after
/// it lost its shards, so earlier assignments count too. An excluded worker is in none: its exclusion begins another lineage.
/// </summary>
internal class DueWorkers
{
    /// <summary>
    /// Maximum number of workers. At the bound those of earlier assignments are forgotten: what they computed is requested from the present ones.
    /// </summary>
    public const int Most = 20_000;

    private readonly HashSet<WorkerId> _named = [];

    /// <summary>The newest assignment.</summary>
    public Assignment Assignment { get; private set; } = Assignment.None;

    /// <summary>Whether a gradient of the open step was refused since the last assignment.</summary>
    public bool HasRefused { get; private set; }

    /// <summary>Takes a newer assignment; false for any other.</summary>
    public bool TryAssign(Assignment assignment)
    {
        if (assignment.Number <= Assignment.Number) return false;
        Assignment = assignment;
        HasRefused = false;
        if (_named.Count + assignment.Shares.Count > Most) _named.Clear();
        foreach (var share in assignment.Shares) _named.Add(share.Worker);
        return true;
    }

    /// <summary>The next step begins.</summary>
    public void BeginStep() => HasRefused = false;

    /// <summary>Whether a gradient came by the link of a named worker.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="step">The open step.</param>
    public bool Accepts(PushGradient gradient, long step)
    {
        if (Includes(gradient.From)) return true;
        HasRefused |= gradient.Step == step;
        return false;
    }

    /// <summary>Whether an assignment named one of these workers.</summary>
    protected virtual bool Includes(IReadOnlyList<WorkerId> workers)
    {
        for (var i = 0; i < workers.Count; i++)
            if (_named.Contains(workers[i])) return true;
        return false;
    }
}
