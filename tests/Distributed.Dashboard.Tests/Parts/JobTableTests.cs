using Bunit;
using Distributed.Dashboard.Parts;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Dashboard.Tests.Parts;

/// <summary>Tables with nothing, with too much, and with names that are too long.</summary>
public sealed class JobTableTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_said_in_words()
    {
        var table = Render<JobTable>(parameters => parameters.Add(part => part.Jobs, []).Add(part => part.Now, Now).Add(part => part.Empty, "There is no job yet."));
        Assert.Equal("There is no job yet.", table.Find(".empty").TextContent);
        Assert.Empty(table.FindAll("table"));
    }

    [Fact]
    public void Two_hundred_jobs_with_long_names_are_two_hundred_rows_whose_links_are_whole()
    {
        var jobs = Enumerable.Range(0, 200).Select(i => Job(new string('x', 100) + i) with { Owner = new string('o', 60), Data = new string('d', 300), Reason = new string('r', 500) }).ToList();
        var table = Render<JobTable>(parameters => parameters.Add(part => part.Jobs, jobs).Add(part => part.Now, Now));
        Assert.Equal(200, table.FindAll("tbody tr").Count);
        Assert.EndsWith("x7", table.FindAll("tbody a")[7].GetAttribute("href"), StringComparison.Ordinal);
        Assert.All(table.FindAll("tbody td"), cell => Assert.True(cell.TextContent.Length < 250));
    }

    [Fact]
    public void What_a_person_named_is_text_and_never_markup()
    {
        var table = Render<JobTable>(parameters => parameters.Add(part => part.Jobs, [Job("a") with { Data = "<script>alert(1)</script>" }]).Add(part => part.Now, Now));
        Assert.Empty(table.FindAll("script"));
        Assert.Contains("&lt;script&gt;", table.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_does_not_answer_has_dashes_and_says_that_it_is_unreachable()
    {
        var table = Render<NodeTable>(parameters => parameters.Add(part => part.Nodes, [new NodeInfo { Address = "a:1", Roles = ["worker"], State = "up", Reachable = false, Version = "1" }]));
        Assert.Equal("unreachable", table.Find(".state.bad").TextContent);
        Assert.Contains("does not answer", table.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_job_is_told_and_taken_back()
    {
        var chosen = new HashSet<string>();
        var table = Render<JobTable>(parameters => parameters.Add(part => part.Jobs, [Job("a")]).Add(part => part.Now, Now).Add(part => part.Chosen, chosen));
        table.Find("input").Change(true);
        Assert.Equal(["a"], chosen);
        table.Find("input").Change(false);
        Assert.Empty(chosen);
    }

    private static JobSummary Job(string id) => new() { Id = id, State = JobPhase.Queued, Data = "digits", SubmittedAt = Now, MaximumEpochs = 10 };
}
