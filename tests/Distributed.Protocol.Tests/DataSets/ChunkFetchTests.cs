using Distributed.Protocol.Datasets;

namespace Distributed.Protocol.Tests.DataSets;

public sealed class ChunkFetchTests
{
    private static readonly FetchTimes Times = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100));

    [Fact]
    public void One_source_has_a_few_requests_at_a_time()
    {
        var fetch = new ChunkFetch(10, Times);
        fetch.Add("a");
        Assert.Equal(Enumerable.Range(0, ChunkFetch.Window).Select(chunk => ("a", chunk)), fetch.Plan(default));
        Assert.Empty(fetch.Plan(default));
        Assert.True(fetch.OnChunk("a", 2, isRight: true));
        Assert.Equal([("a", 4)], fetch.Plan(default));
    }

    [Fact]
    public void What_a_lost_source_owes_is_asked_of_another_and_what_is_there_stays()
    {
        var fetch = new ChunkFetch(6, Times);
        fetch.Add("a");
        fetch.Plan(default);
        fetch.OnChunk("a", 0, isRight: true);
        fetch.Add("b");
        Assert.Equal([("a", 4), ("b", 5)], fetch.Plan(default));
        fetch.Remove("a", "its connection broke");
        Assert.Equal([("b", 1), ("b", 2), ("b", 3)], fetch.Plan(default));
        Assert.Equal("its connection broke", fetch.LastFailure);
    }

    [Fact]
    public void A_source_that_sends_a_damaged_chunk_is_asked_nothing_more_even_when_it_offers_itself_again()
    {
        var fetch = new ChunkFetch(2, Times);
        fetch.Add("a");
        fetch.Plan(default);
        Assert.False(fetch.OnChunk("a", 1, isRight: false));
        fetch.Add("a");
        fetch.Remove("a", "lost");
        fetch.Add("a");
        Assert.Empty(fetch.Plan(default));
        Assert.Equal(0, fetch.Usable);
        Assert.Contains("damaged chunk 1", fetch.LastFailure, StringComparison.Ordinal);
        fetch.Add("b");
        Assert.Equal([("b", 0), ("b", 1)], fetch.Plan(default));
    }

    [Fact]
    public void A_silent_source_is_given_up_and_may_offer_itself_again()
    {
        var fetch = new ChunkFetch(1, Times);
        fetch.Add("a");
        fetch.Plan(default);
        Assert.Empty(fetch.Plan(TimeSpan.FromSeconds(4.9)));
        Assert.Empty(fetch.Plan(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, fetch.Usable);
        Assert.Contains("did not answer", fetch.LastFailure, StringComparison.Ordinal);
        fetch.Add("a");
        Assert.Equal([("a", 0)], fetch.Plan(TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public void A_busy_source_is_left_alone_for_a_moment()
    {
        var fetch = new ChunkFetch(1, Times);
        fetch.Add("a");
        fetch.Plan(default);
        fetch.OnBusy("a", 0, TimeSpan.FromSeconds(1));
        Assert.Empty(fetch.Plan(TimeSpan.FromSeconds(1.05)));
        Assert.Equal([("a", 0)], fetch.Plan(TimeSpan.FromSeconds(1.1)));
    }

    [Fact]
    public void A_chunk_that_comes_twice_or_is_none_is_not_kept()
    {
        var fetch = new ChunkFetch(2, Times);
        fetch.Add("a");
        Assert.True(fetch.OnChunk("a", 0, isRight: true));
        Assert.False(fetch.OnChunk("a", 0, isRight: true));
        Assert.False(fetch.OnChunk("a", 2, isRight: true));
        Assert.False(fetch.OnChunk("a", -1, isRight: false));
        Assert.Equal(1, fetch.Done);
    }

    [Fact]
    public void Whatever_sources_do_all_chunks_come_once_while_one_good_source_is_left()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(1, 60);
            var fetch = new ChunkFetch(count, Times);
            var now = TimeSpan.Zero;
            var underWay = new List<(string Source, int Chunk)>();
            var kept = new List<int>();
            for (var round = 0; !fetch.IsComplete; round++)
            {
                Assert.True(round < 5000, $"seed {seed}: {fetch.Done} of {count} chunks");
                now += TimeSpan.FromMilliseconds(random.Next(1, 200));
                fetch.Add($"node-{random.Next(4)}");
                underWay.AddRange(fetch.Plan(now));
                if (random.Next(20) == 0) fetch.Remove($"node-{random.Next(4)}", "lost");
                for (var i = underWay.Count - 1; i >= 0; i--)
                {
                    var (source, chunk) = underWay[i];
                    if (random.Next(3) == 0) continue;
                    underWay.RemoveAt(i);
                    if (random.Next(10) == 0) continue; // lost in transit
                    if (random.Next(10) == 0) fetch.OnBusy(source, chunk, now);
                    else if (fetch.OnChunk(source, chunk, isRight: source == "node-0" || random.Next(30) > 0)) kept.Add(chunk);
                }
            }
            Assert.Equal(Enumerable.Range(0, count), kept.Order());
        }
    }
}
