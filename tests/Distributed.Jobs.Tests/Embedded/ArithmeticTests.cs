using System.Collections.Concurrent;
using Distributed.Cluster;
using Distributed.Jobs.Embedded;
using Distributed.Tensors;
using Distributed.Tensors.Lanes;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>What a start says of a machine whose arithmetic is wrong.</summary>
public sealed class ArithmeticTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_machine_that_must_not_compute_starts_nothing_and_leaves_the_store_free()
    {
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => StartAsync(new ArithmeticVerdict(KernelWidth.Scalar, null, "this machine rounds twice")));
        Assert.Equal("this machine rounds twice", refusal.Message);
        await using var cluster = await StartAsync(MachineArithmetic.Verdict);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_machine_with_wrong_vector_registers_says_so_in_one_line()
    {
        await using var cluster = await StartAsync(new ArithmeticVerdict(KernelWidth.Scalar, "one number at a time", null));
        Assert.Equal("warning: arithmetic: one number at a time", Assert.Single(_log));
    }

    private Task<EmbeddedCluster> StartAsync(ArithmeticVerdict verdict) => EmbeddedCluster.StartAsync(
        new EmbeddedClusterOptions { StorePath = Path.Combine(_folder, "store.db"), Log = _log.Enqueue, Arithmetic = () => verdict }, CancellationToken.None);
}
