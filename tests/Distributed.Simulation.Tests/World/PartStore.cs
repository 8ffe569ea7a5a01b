using System.Security.Cryptography;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Snapshots;
using Distributed.Simulation.Tests.Jobs;

namespace Distributed.Simulation.Tests.World;

/// <summary>The stored parts of snapshots, durable once written. A row can be damaged; the store can be unavailable.</summary>
internal sealed class PartStore
{
    private readonly Dictionary<(string, long), Row> _rows = [];
    private long _attempts;

    private sealed class Row(int start, float[] weights, float[] state)
    {
        public readonly int Start = start;
        public readonly float[] Weights = weights;
        public readonly float[] State = state;
        public bool Damaged;
    }

    public bool IsUp { get; set; } = true;

    public int Count => _rows.Count;

    /// <summary>Writes a snapshot as one row, or as two when cut.</summary>
    public IReadOnlyList<SnapshotPart> Write(BlockSnapshot snapshot, int? cut)
    {
        var length = snapshot.Weights.Length;
        return cut is { } at && at > 0 && at < length
            ? [WriteRange(snapshot, 0, at), WriteRange(snapshot, at, length - at)]
            : [WriteRange(snapshot, 0, length)];
    }

    private SnapshotPart WriteRange(BlockSnapshot snapshot, int first, int count) =>
        Write(PartsSweep.PersistenceIdOf(snapshot.Job, snapshot.Lineage, snapshot.Range.First + first, ++_attempts), snapshot, first, count);

    public SnapshotPart Write(string persistenceId, BlockSnapshot snapshot, int first, int count)
    {
        var sequence = snapshot.Step;
        var length = snapshot.Weights.Length;
        var vectors = snapshot.State.Length / Math.Max(1, length);
        var state = new float[vectors * count];
        for (var v = 0; v < vectors; v++) snapshot.State.Span.Slice(v * length + first, count).CopyTo(state.AsSpan(v * count));
        _rows.Add((persistenceId, sequence), new Row(snapshot.Range.First + first, [.. snapshot.Weights.Span.Slice(first, count)], state));
        return new SnapshotPart(snapshot.Range.First + first, count, persistenceId, sequence, 0);
    }

    /// <summary>Reads parts; gives a reason when one is damaged or missing.</summary>
    public IReadOnlyList<LoadedPart>? Read(IReadOnlyList<SnapshotPart> parts, out string? reason)
    {
        var loaded = new List<LoadedPart>();
        reason = null;
        foreach (var part in parts)
        {
            if (!_rows.TryGetValue((part.PersistenceId, part.SequenceNumber), out var row)) reason = "gone";
            else if (row.Damaged) reason = "damaged";
            if (reason is not null) return null;
            loaded.Add(new LoadedPart(row!.Start, row.Weights, row.State));
        }
        return loaded;
    }

    public void Delete(IReadOnlyList<SnapshotPart> parts)
    {
        foreach (var part in parts) _rows.Remove((part.PersistenceId, part.SequenceNumber));
    }

    public void Damage(SnapshotPart part)
    {
        if (_rows.TryGetValue((part.PersistenceId, part.SequenceNumber), out var row)) row.Damaged = true;
    }

    /// <summary>What a sweep finds now.</summary>
    public IReadOnlyList<SnapshotPart> Orphans(PartsSweep sweep) =>
        [.. _rows.Keys.Where(row => sweep.IsOrphan(row.Item1, row.Item2)).Select(row => new SnapshotPart(0, 0, row.Item1, row.Item2, 0))];

    /// <summary>Rows that no kept checkpoint names.</summary>
    public int CountOrphans(IReadOnlyList<Checkpoint> kept) =>
        _rows.Count - kept.SelectMany(checkpoint => checkpoint.Parts).Count(part => _rows.ContainsKey((part.PersistenceId, part.SequenceNumber)));

    /// <summary>A checkpoint's content must be the oracle's at that step, bit for bit.</summary>
    public void CheckCheckpoint(Checkpoint checkpoint, Oracle oracle)
    {
        if (checkpoint.Step > oracle.FinalStep) throw new SimulationFailure($"a checkpoint at step {checkpoint.Step} of {oracle.FinalStep}");
        var next = 0;
        var weights = new float[checkpoint.ParameterCount];
        var expected = oracle.Weights(checkpoint.Step);
        var expectedState = oracle.State(checkpoint.Step);
        foreach (var part in checkpoint.Parts)
        {
            if (part.Start != next) throw new SimulationFailure($"the checkpoint of step {checkpoint.Step} has a gap or overlap at {next}");
            next += part.Count;
            if (!_rows.TryGetValue((part.PersistenceId, part.SequenceNumber), out var row))
                throw new SimulationFailure($"the checkpoint of step {checkpoint.Step} names a part that is not stored");
            row.Weights.CopyTo(weights, part.Start);
            for (var v = 0; v < row.State.Length / part.Count; v++)
                if (!Bits.Same(row.State.AsSpan(v * part.Count, part.Count), expectedState.AsSpan(v * expected.Length + part.Start, part.Count)))
                    throw new SimulationFailure($"the optimizer's state in the checkpoint of step {checkpoint.Step} is not the oracle's");
        }
        if (next != expected.Length) throw new SimulationFailure($"the checkpoint of step {checkpoint.Step} is not complete");
        if (Bits.Sha256(weights) != Bits.Sha256(expected)) throw new SimulationFailure($"the weights of step {checkpoint.Step} are not the oracle's");
        if (checkpoint.Step > 0 && checkpoint.Totals != oracle.Totals(checkpoint.Step))
            throw new SimulationFailure($"the totals of step {checkpoint.Step} are {checkpoint.Totals} instead of {oracle.Totals(checkpoint.Step)}");
    }
}

internal static class Bits
{
    public static bool Same(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(a).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b));

    public static string Sha256(ReadOnlySpan<float> values) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values)));
}
