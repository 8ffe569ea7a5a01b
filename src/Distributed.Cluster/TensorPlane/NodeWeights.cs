using Distributed.Protocol.Identity;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.TensorPlane;

/// <summary>
/// The flat parameter vectors of a node's jobs: two per job and lineage, for even and odd versions. Blocks of one job on one node write
/// their ranges of the same vector, so that a worker beside them reads the whole without a copy. Another lineage has other memory: nobody
/// that was left behind can write into it.
/// </summary>
public sealed class NodeWeights
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JobId, Pair> _jobs = [];
    private readonly Dictionary<JobId, int> _blocks = [];

    private sealed record Pair(long Lineage, AlignedBuffer Even, AlignedBuffer Odd);

    /// <summary>Jobs whose vectors are held.</summary>
    internal int JobCount
    {
        get { lock (_gate) return _jobs.Count; }
    }

    /// <summary>The whole vector [parameters] for a version; a caller keeps to its block's range.</summary>
    public Memory<float> Rent(JobId job, long lineage, int parameters, long version)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(job, out var pair) || pair.Lineage < lineage || pair.Even.Length != parameters)
            {
                _jobs.Remove(job); // the collector may take the lineage before, if there is no room for both
                _jobs[job] = pair = new Pair(lineage, new AlignedBuffer(parameters), new AlignedBuffer(parameters));
            }
            if (pair.Lineage > lineage) return new float[parameters]; // an old lineage's straggler: its own memory
            return ((version & 1) == 0 ? pair.Even : pair.Odd).Memory;
        }
    }

    /// <summary>
    /// Finds the vector [parameters] that a version's slices lie in, those of all blocks on this node. The ranges round them are of blocks elsewhere,
    /// which nobody writes here: a worker may put the other slices of the same version there. False when some lie elsewhere.
    /// </summary>
    internal bool TryFindVector(JobId job, IReadOnlyList<ReadOnlyMemory<float>> slices, int parameters, out Memory<float> vector)
    {
        vector = default;
        var (at, inside) = (0, 0);
        foreach (var slice in slices)
        {
            if (AlignedBuffer.TryFind(slice, parameters, at, out var found) && (inside == 0 || found.Equals(vector))) (vector, inside) = (found, inside + 1);
            at += slice.Length;
        }
        lock (_gate) return inside > 0 && inside == _blocks.GetValueOrDefault(job);
    }

    /// <summary>A block of a job begins on this node.</summary>
    public void Enter(JobId job)
    {
        lock (_gate) _blocks[job] = _blocks.GetValueOrDefault(job) + 1;
    }

    /// <summary>A block ends. With a job's last one its vectors are forgotten; whoever still reads them keeps them alive.</summary>
    public void Leave(JobId job)
    {
        lock (_gate)
        {
            if (--_blocks[job] > 0) return;
            _blocks.Remove(job);
            _jobs.Remove(job);
        }
    }
}
