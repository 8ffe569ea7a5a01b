using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Planning;

public sealed class JobMemoryTests
{
    private const long MiB = 1 << 20;

    private static readonly JobSpecification Large = SampleJobs.Small with
    {
        Network = new NetworkSpecification { Inputs = 64, Hidden = [65_536, 1_400], Outputs = 10 },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Adam },
    };

    [Fact]
    public void The_parts_of_a_jobs_memory_follow_from_its_parameters_optimizer_and_shards()
    {
        var vector = 4L * new ParameterLayout(Large.Network).Count;
        var memory = new JobMemory(Large, blocks: 1);
        Assert.Equal((2 * vector, 2 * vector, 3 * vector), (memory.Weights, memory.OptimizerState, memory.Snapshot));
        Assert.Equal(7 * vector, memory.Blocks);
        Assert.Equal(2L * 4 * 2 * (64 + 65_536 + 1_400 + 10), memory.Activations);
        Assert.Equal(vector + memory.Activations, memory.Worker);
        Assert.Equal(3 * vector, new JobMemory(Large with { Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Sgd } }, 1).Blocks);
    }

    [Fact]
    public void A_job_that_no_node_can_hold_is_refused_with_its_parts_and_what_there_is()
    {
        var reason = new JobMemory(Large, 1).WhyNot([new NodeMemory(true, true, 576 * MiB)]);
        Assert.Contains("does not fit into memory", reason, StringComparison.Ordinal);
        Assert.Contains("optimizer state 732.6 MiB", reason, StringComparison.Ordinal);
        Assert.Contains("576 MiB", reason, StringComparison.Ordinal);
        Assert.Null(new JobMemory(SampleJobs.Small, 1).WhyNot([new NodeMemory(true, true, 576 * MiB)]));
    }

    [Fact]
    public void Blocks_are_spread_over_parameter_servers_and_one_that_computes_too_holds_less_of_them()
    {
        var (worker, blocks) = (new JobMemory(Large, 8).Worker, new JobMemory(Large, 8).Blocks);
        NodeMemory compute = new(false, true, worker + MiB), server = new(true, false, blocks / 4 + MiB);
        Assert.Null(new JobMemory(Large, 8).WhyNot([compute, server, server, server, server]));
        Assert.NotNull(new JobMemory(Large, 8).WhyNot([compute, server, server, server])); // too small together
        Assert.NotNull(new JobMemory(Large, 1).WhyNot([compute, server, server, server, server])); // the only block fits nowhere
        Assert.NotNull(new JobMemory(Large, 8).WhyNot([compute with { Budget = worker - 1 }, server, server, server, server]));
        var both = new NodeMemory(true, true, blocks + worker);
        Assert.Null(new JobMemory(Large, 1).WhyNot([both]));
        Assert.NotNull(new JobMemory(Large, 1).WhyNot([both with { Budget = blocks + worker - 1 }]));
    }

    [Fact]
    public void Nothing_is_refused_while_nodes_are_missing_or_do_not_say_what_they_have()
    {
        var memory = new JobMemory(Large, 1);
        Assert.Null(memory.WhyNot([]));
        Assert.Null(memory.WhyNot([new NodeMemory(true, false, MiB)]));
        Assert.Null(memory.WhyNot([new NodeMemory(false, true, MiB)]));
        Assert.Null(memory.WhyNot([new NodeMemory(true, true, MiB), new NodeMemory(false, true, null)]));
    }
}
