using CsCheck;
using Distributed.Data.Samples;

namespace Distributed.Data.Tests;

public sealed class SplitTests
{
    private static readonly Gen<(int[] Labels, int Classes, double Fraction, ulong Seed)> Cases =
        from classes in Gen.Int[2, 7]
        from extra in Gen.Int[0, classes - 1].Array[0, 200]
        from fraction in Gen.Double[0.01, 0.9]
        from seed in Gen.ULong
        select (Enumerable.Range(0, classes).Concat(Enumerable.Range(0, classes)).Concat(extra).ToArray(), classes, fraction, seed);

    [Fact]
    public void Each_row_is_in_one_part_and_each_class_keeps_its_share()
    {
        Cases.Sample(
            c =>
            {
                var (training, validation) = SampleSplit.Stratified(c.Labels, c.Classes, c.Fraction, c.Seed);
                Assert.Equal(Enumerable.Range(0, c.Labels.Length), training.Concat(validation).Order());
                Assert.Equal(training.Order(), training);
                Assert.Equal(validation.Order(), validation);
                Assert.NotEmpty(validation);
                Assert.True(validation.Length <= Math.Max(1, Math.Floor(c.Labels.Length * c.Fraction + 0.5)));
                var members = Enumerable.Range(0, c.Classes).Select(k => c.Labels.Count(label => label == k)).ToArray();
                // A class that must keep its last row leaves part of its share to the others, also to one whose own share is a whole number.
                var leavesShare = members.Any(count => count * c.Fraction > count - 1);
                for (var k = 0; k < c.Classes; k++)
                {
                    var (share, held) = (members[k] * c.Fraction, validation.Count(row => c.Labels[row] == k));
                    Assert.InRange(held, Math.Min(Math.Floor(share), members[k] - 1), leavesShare ? Math.Floor(share) + 1 : Math.Ceiling(share));
                    Assert.True(held < members[k]);
                }
            },
            iter: 500);
    }

    [Fact]
    public void A_class_of_two_rows_is_on_both_sides_and_one_of_one_row_stays_in_training()
    {
        int[] labels = [.. Enumerable.Repeat(0, 997), 1, 1, 2];
        for (var seed = 0UL; seed < 20; seed++)
        {
            var (training, validation) = SampleSplit.Stratified(labels, 3, 0.2, seed, least: 1);
            Assert.Equal((1, 1), (training.Count(row => labels[row] == 1), validation.Count(row => labels[row] == 1)));
            Assert.Equal((1, 0), (training.Count(row => labels[row] == 2), validation.Count(row => labels[row] == 2)));
        }
    }

    [Fact]
    public void A_plain_split_holds_back_the_rounded_share_and_at_least_one_row_on_each_side()
    {
        Gen.Select(Gen.Int[2, 300], Gen.Double[0.001, 0.9], Gen.ULong).Sample(
            (rows, fraction, seed) =>
            {
                var (training, validation) = SampleSplit.Plain(rows, fraction, seed);
                Assert.Equal(Enumerable.Range(0, rows), training.Concat(validation).Order());
                Assert.Equal(Math.Clamp((int)Math.Floor(rows * fraction + 0.5), 1, rows - 1), validation.Length);
            },
            iter: 500);
    }

    [Fact]
    public void A_split_depends_on_the_seed_and_on_nothing_else()
    {
        var labels = Enumerable.Range(0, 1000).Select(i => i % 3).ToArray();

        Assert.Equal(SampleSplit.Stratified(labels, 3, 0.2, 11).Validation, SampleSplit.Stratified(labels, 3, 0.2, 11).Validation);
        Assert.NotEqual(SampleSplit.Stratified(labels, 3, 0.2, 11).Validation, SampleSplit.Stratified(labels, 3, 0.2, 12).Validation);
        Assert.Equal([3, 7, 10, 12, 23], SampleSplit.Plain(1000, 0.2, 11).Validation.Take(5));
    }
}
