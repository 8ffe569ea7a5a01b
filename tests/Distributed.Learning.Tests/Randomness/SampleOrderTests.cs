using Distributed.Learning.Randomness;

namespace Distributed.Learning.Tests.Randomness;

public class SampleOrderTests
{
    [Fact]
    public void Every_row_is_visited_once_for_every_small_count()
    {
        for (var count = 0; count <= 300; count++)
            for (var epoch = 0; epoch < 3; epoch++)
                AssertPermutation(new SampleOrder(5, epoch, count));
    }

    [Theory]
    [InlineData(1797)]
    [InlineData(60_000)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_003)]
    public void Every_row_is_visited_once_for_large_counts(int count) => AssertPermutation(new SampleOrder(9, 1, count));

    [Fact]
    public void The_largest_count_stays_in_range_without_repeating()
    {
        var order = new SampleOrder(9, 1, int.MaxValue);
        var seen = new HashSet<int>();
        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(seen.Add(order[i]));
            Assert.True(seen.Add(order[int.MaxValue - 1 - i]));
        }

        Assert.All(seen, row => Assert.InRange(row, 0, int.MaxValue - 1));
    }

    [Fact]
    public void Golden_values_stay()
    {
        Assert.Equal("1 5 0 9 4 7 6 8 2 3", Text(new SampleOrder(0, 0, 10), 10));
        Assert.Equal("37506 24340 1180 28138 58489 30839", Text(new SampleOrder(42, 3, 60_000), 6));
        Assert.Equal("1114822094 1248136515 1354758080 1566651539", Text(new SampleOrder(ulong.MaxValue, int.MaxValue, int.MaxValue), 4));
    }

    [Fact]
    public void Epochs_and_seeds_give_different_orders()
    {
        var seen = new HashSet<string>();
        for (var seed = 0UL; seed < 30; seed++)
            for (var epoch = 0; epoch < 30; epoch++)
                Assert.True(seen.Add(Text(new SampleOrder(seed, epoch, 1797), 8)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(97)]
    public void Each_position_sees_each_row_about_equally_often(int count)
    {
        var epochs = 400 * count;
        foreach (var position in new[] { 0, count / 2, count - 1 })
        {
            var buckets = new int[count];
            for (var epoch = 0; epoch < epochs; epoch++)
                buckets[new SampleOrder(1, epoch, count)[position]]++;
            var freedom = count - 1;
            Assert.InRange(RandomStreamTests.ChiSquared(buckets, epochs), 0, freedom + 5 * Math.Sqrt(2 * freedom) + 10);
        }
    }

    [Fact]
    public void Neighbours_in_the_order_are_not_neighbours_in_the_data()
    {
        // Of a random permutation of N, a step of +1 or -1 between neighbours happens about twice in all.
        const int Count = 10_000;
        var order = new SampleOrder(3, 0, Count);
        var close = 0;
        double displacement = 0;
        for (var i = 0; i + 1 < Count; i++)
        {
            if (Math.Abs(order[i + 1] - order[i]) == 1)
                close++;
            displacement += Math.Abs(order[i] - i);
        }

        Assert.InRange(close, 0, 12);
        Assert.InRange(displacement / Count / Count, 0.32, 0.346); // a third on average
    }

    [Fact]
    public void All_orders_of_four_rows_occur()
    {
        var seen = new Dictionary<string, int>();
        for (var epoch = 0; epoch < 24_000; epoch++)
        {
            var text = Text(new SampleOrder(8, epoch, 4), 4);
            seen[text] = seen.GetValueOrDefault(text) + 1;
        }

        Assert.Equal(24, seen.Count);
        Assert.All(seen.Values, times => Assert.InRange(times, 800, 1200));
    }

    [Fact]
    public void A_run_of_positions_equals_the_positions_one_by_one()
    {
        var order = new SampleOrder(4, 2, 1000);
        var rows = new int[37];
        order.CopyTo(963, rows);
        Assert.Equal(Enumerable.Range(963, 37).Select(position => order[position]), rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => order.CopyTo(964, new int[37]));
    }

    [Fact]
    public void Every_run_equals_the_positions_one_by_one_at_every_count()
    {
        int[] counts = [.. Enumerable.Range(1, 130), 1797, 4095, 4096, 4097, 65_535, 65_536, 65_537, int.MaxValue];
        foreach (var count in counts)
            foreach (var seed in (ulong[])[0, 7, ulong.MaxValue])
            {
                var order = new SampleOrder(seed, 3, count);
                foreach (var length in Enumerable.Range(0, Math.Min(count, 19) + 1))
                    foreach (var first in new[] { 0, (count - length) / 2, count - length })
                    {
                        var rows = new int[length];
                        order.CopyTo(first, rows);
                        for (var i = 0; i < length; i++)
                            Assert.True(rows[i] == order[first + i], $"count {count}, seed {seed}, position {first + i}: {rows[i]}, not {order[first + i]}");
                    }
            }
    }

    [Fact]
    public void Positions_outside_the_epoch_are_refused()
    {
        var order = new SampleOrder(4, 2, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => order[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => order[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(0, 0, 0)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(0, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(0, 0, -1));
    }

    private static string Text(SampleOrder order, int length) =>
        string.Join(' ', Enumerable.Range(0, length).Select(position => order[position]));

    private static void AssertPermutation(SampleOrder order)
    {
        var seen = new bool[order.Count];
        for (var position = 0; position < order.Count; position++)
        {
            Assert.False(seen[order[position]], $"row {order[position]} of {order.Count} was visited twice");
            seen[order[position]] = true;
        }
    }
}
