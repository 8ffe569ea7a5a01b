using CsCheck;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Tests.Planning;

public sealed class BlockLayoutTests
{
    [Fact]
    public void Blocks_cover_the_vector_once_and_begin_at_cache_lines() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 256]).Sample((parameters, blocks) =>
        {
            var layout = new BlockLayout(parameters, blocks);
            Assert.InRange(layout.Count, 1, blocks);
            var next = 0;
            for (var i = 0; i < layout.Count; i++)
            {
                Assert.Equal(next, layout[i].First);
                Assert.Equal(0, layout[i].First % 16);
                Assert.True(layout[i].Count > 0);
                next = layout[i].End;
            }
            Assert.Equal(parameters, next);
            var lengths = Enumerable.Range(0, layout.Count).Select(i => (layout[i].Count + 15) / 16).ToList();
            Assert.InRange(lengths.Max() - lengths.Min(), 0, 1);
        });

    [Fact]
    public void There_are_no_more_blocks_than_cache_lines() => Assert.Equal(3, new BlockLayout(39, 5).Count);

    [Fact]
    public void The_largest_vector_does_not_overflow()
    {
        var layout = new BlockLayout(1 << 29, 256);
        Assert.Equal(1 << 29, layout[255].End);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 257)]
    public void Senseless_layouts_are_refused(int parameters, int blocks) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockLayout(parameters, blocks));
}
