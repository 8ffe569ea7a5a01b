using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Planning;

public sealed class GradientArithmeticTests
{
    [Fact]
    public void Float32_gradients_are_left_as_they_are()
    {
        float[] values = [1.0000001f, -3.3333333f, float.NaN];
        var before = (float[])values.Clone();
        GradientArithmetic.RoundLeaf(GradientFormat.Float32, values);
        Assert.Equal(before, values);
    }

    [Fact]
    public void Bfloat16_rounds_leaves_and_every_sum()
    {
        float[] lower = [1.0000001f, 256, 3e38f], upper = [0, 1, 3e38f], sum = new float[3];
        GradientArithmetic.RoundLeaf(GradientFormat.BFloat16, lower);
        Assert.Equal([1, 256], lower[..2]);
        GradientArithmetic.Add(GradientFormat.BFloat16, lower, upper, sum);
        Assert.Equal([1, 256, float.PositiveInfinity], sum); // 257 lies between 256 and 258: rounds to even
    }

    [Fact]
    public void A_block_drops_gradients_of_another_format_than_its_jobs()
    {
        var block = new ParameterBlock(SampleJobs.Job, 0, 1, new BlockTimes(), new Rules.Recorder());
        block.OnLoadBlock(new LoadBlock(SampleJobs.Job, 0, 1, 1, 1, 1, 1, SampleJobs.Small with { GradientFormat = GradientFormat.BFloat16 }, null, 0));
        block.OnAssign(new AssignBlock(SampleJobs.Job, 0, 1, 1, new Assignment(1, [new WorkerShare(new WorkerId("w"), 1)]), 0));
        var right = new PushGradient(SampleJobs.Job, 0, 1, 0, new ReductionNode(0, 1), new float[block.Weights.Length], default, null) { Format = GradientFormat.BFloat16, From = [new WorkerId("w")] };
        block.OnPushGradient(right with { Format = GradientFormat.Float32 }, default);
        Assert.Equal(0, block.PendingNodes);
        block.OnPushGradient(right, default);
        Assert.Equal(1, block.PendingNodes);
    }
}
