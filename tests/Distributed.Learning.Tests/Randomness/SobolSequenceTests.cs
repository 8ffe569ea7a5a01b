using Distributed.Learning.Randomness;

namespace Distributed.Learning.Tests.Randomness;

public class SobolSequenceTests
{
    [Fact]
    public void In_every_dimension_each_interval_holds_one_of_so_many_points()
    {
        const int Points = 256;
        foreach (var seed in new ulong[] { 0, 1, 20260101 })
        {
            var sequence = new SobolSequence(SobolSequence.MaximumDimensions, seed);
            for (var d = 0; d < SobolSequence.MaximumDimensions; d++)
                Assert.Equal(Points, Enumerable.Range(0, Points).Select(i => (int)(sequence.At(i, d) * Points)).Distinct().Count());
        }
    }

    [Fact]
    public void In_the_first_two_dimensions_each_rectangle_of_equal_area_holds_one_point()
    {
        const int Bits = 6;
        var sequence = new SobolSequence(2, 7);
        for (var wide = 0; wide <= Bits; wide++)
        {
            var cells = Enumerable.Range(0, 1 << Bits)
                .Select(i => ((int)(sequence.At(i, 0) * (1 << wide)), (int)(sequence.At(i, 1) * (1 << (Bits - wide))))).Distinct().Count();
            Assert.Equal(1 << Bits, cells);
        }
    }

    [Fact]
    public void Seeds_give_other_points()
    {
        var (one, two) = (new SobolSequence(3, 1), new SobolSequence(3, 2));
        Assert.NotEqual(one.At(5, 0), two.At(5, 0));
        Assert.Equal(one.At(5, 0), new SobolSequence(1, 1).At(5, 0));
    }
}
