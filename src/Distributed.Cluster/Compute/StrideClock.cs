using System.Diagnostics;

namespace Distributed.Cluster.Compute;

/// <summary>Where the time of a stride's steps goes, and whether an update is open. Used between two phases only.</summary>
internal sealed class StrideClock
{
    private long _phaseBegan = Stopwatch.GetTimestamp();
    private long _computeTicks;
    private long _updateTicks;

    /// <summary>Whether weights and optimizer state are between two versions.</summary>
    public bool IsUpdating { get; private set; }

    /// <summary>Time of all steps, from their weights to the last leaf, in seconds.</summary>
    public double ComputeSeconds => _computeTicks / (double)Stopwatch.Frequency;

    /// <summary>Time of all steps' updates, in seconds.</summary>
    public double UpdateSeconds => _updateTicks / (double)Stopwatch.Frequency;

    /// <summary>The stride begins.</summary>
    public void Begin() => _phaseBegan = Stopwatch.GetTimestamp();

    /// <summary>The leaves are computed.</summary>
    /// <param name="isUpdating">Whether the update begins.</param>
    public void EndLeaves(bool isUpdating)
    {
        IsUpdating = isUpdating;
        _computeTicks += Lap();
    }

    /// <summary>The update is done.</summary>
    public void EndUpdate()
    {
        IsUpdating = false;
        _updateTicks += Lap();
    }

    private long Lap()
    {
        var (began, now) = (_phaseBegan, Stopwatch.GetTimestamp());
        _phaseBegan = now;
        return now - began;
    }
}
