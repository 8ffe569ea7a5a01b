using Distributed.Protocol.Identity;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.TensorPlane;

/// <summary>
/// The flat parameter vectors of a node's jobs: two per job and lineage, for even and odd versions. A job's blocks on one node write their ranges of
/// the same vector, so a worker on that node reads the whole without a copy. Each lineage has its own memory, so stragglers of an older lineage
/// cannot write into it.
/// </summary>
public sealed class NodeWeights
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JobId, Pair> _jobs = [];
    private readonly Dictionary<JobId, int> _blocks = [];

    private sealed record Pair(long Lineage, AlignedBuffer Even, AlignedBuffer Odd);

    /// <summary>The number of jobs with vectors.</summary>
    internal int JobCount
    {
        get { lock (_gate) return _jobs.Count; }
    }

    /// <summary>The whole vector [parameters] for a version; callers write only their block's range.</summary>
    public Memory<float> Rent(JobId job, long lineage, int parameters, long version)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(job, out var pair) || pair.Lineage < lineage || pair.Even.Length != parameters)
            {
                _jobs.Remove(job); // lets the collector reclaim the previous lineage if memory is short
                _jobs[job] = pair = new Pair(lineage, new AlignedBuffer(parameters), new AlignedBuffer(parameters));
            }
            if (pair.Lineage > lineage) return new float[parameters]; // a straggler of an old lineage gets its own memory
            return ((version & 1) == 0 ? pair.Even : pair.Odd).Memory;
        }
    }

    /// <summary>
    /// Finds the vector [parameters] that contains a version's slices from all blocks on this node. The other ranges belong to blocks elsewhere and
    /// are not written here, so a worker may put that version's other slices there. Returns false when some slices lie elsewhere.
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

    /// <summary>A block of a job starts on this node.</summary>
    public void Enter(JobId job)
    {
        lock (_gate) _blocks[job] = _blocks.GetValueOrDefault(job) + 1;
    }

    /// <summary>A block ends. A job's last block drops its vectors; remaining readers keep them alive.</summary>
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
