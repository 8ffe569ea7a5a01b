using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>
/// Epochs that training has passed before their decision was durable. That an epoch is followed by another is a pure function of exact totals: a
/// coordinator that recovers without these decisions makes the same ones again. One run, written together, and before any other decision.
/// </summary>
internal sealed class UnwrittenEpochs
{
    /// <summary>The most epochs; at the bound the next one waits for the journal.</summary>
    public const int Most = 64;

    private readonly List<EpochDecided> _epochs = [];
    private int _writing; // the first so many

    /// <summary>Whether every epoch is durable.</summary>
    public bool IsEmpty => _epochs.Count == 0;

    /// <summary>Whether no further epoch may be added.</summary>
    public bool IsFull => _epochs.Count >= Most;

    /// <summary>Whether a part of the run is being written.</summary>
    public bool IsBeingWritten => _writing > 0;

    /// <summary>Adds a decision.</summary>
    public void Add(EpochDecided epoch) => _epochs.Add(epoch);

    /// <summary>Takes the whole run to be written.</summary>
    public IReadOnlyList<EpochDecided> Write()
    {
        _writing = _epochs.Count;
        return [.. _epochs];
    }

    /// <summary>What was taken is durable.</summary>
    public void Written()
    {
        _epochs.RemoveRange(0, _writing);
        _writing = 0;
    }
}
