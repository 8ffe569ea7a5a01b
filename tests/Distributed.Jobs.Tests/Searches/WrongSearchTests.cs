using Distributed.Jobs.Searches;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Tests.Searches;

/// <summary>What is said of spaces and searches that cannot be.</summary>
public class WrongSearchTests
{
    private static readonly DataShape Classes = new(true, 64, 10, 1438, 359, new string('0', 64), ["a"], () => []);
    private static readonly DataShape Numbers = new(false, 10, 1, 354, 88, new string('0', 64), [], () => []);

    [Theory]
    [InlineData("learning-rat=0.1|0.2", "--space: there is no setting 'learning-rat'; did you mean 'learning-rate'?")]
    [InlineData("epochs=10|20", "--space: epochs cannot vary: a space holds settings of the network and of the optimizer, and batch")]
    [InlineData("target=a|b", "--space: target cannot vary: a space holds settings of the network and of the optimizer, and batch")]
    [InlineData("dropout", "--space: 'dropout' is not of the form NAME=VALUES, such as learning-rate=log:1e-4..1e-1, dropout=0..0.5 or hidden=64|128")]
    [InlineData("dropout=0.5..0.1", "--space: dropout: the range 0.5..0.1 is empty: its first number must be below its last")]
    [InlineData("dropout=0.5..0.5", "--space: dropout: the range 0.5..0.5 is empty: its first number must be below its last")]
    [InlineData("weight-decay=log:0..0.1", "--space: weight-decay: a logarithmic range must begin above 0, and this one begins at 0")]
    [InlineData("dropout=0..1", "--space: dropout: 1 is out of range: must be at least 0 and below 1")]
    [InlineData("learning-rate=log:a..1", "--space: learning-rate: 'a' is not a number")]
    [InlineData("learning-rate=..1", "--space: learning-rate is empty: give it a value or leave it out")]
    [InlineData("learning-rate=log:0.1|0.2", "--space: 'log:' stands before a range, such as log:1e-4..1e-1, and '0.1|0.2' is none")]
    [InlineData("hidden=32..64", "--space: hidden has no range; list its values, such as hidden=64|128|64,32")]
    [InlineData("activation=relu|softplus", "--space: activation: 'softplus' is unknown (one of relu, leaky-relu, gelu, tanh, sigmoid, identity)")]
    [InlineData("hidden=64|64", "--space: hidden names a value twice")]
    [InlineData("batch=0..8", "--space: batch: 0 is out of range: must be between 1 and 1,048,576")]
    public void A_wrong_space_is_said_in_one_line(string space, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => SpaceText.Read(space, "--space")).Message);

    [Theory]
    [InlineData("strategy=grid", "batch=1..1000;warmup=0..999", "the grid has 1,000,000 points, and a search at most 10,000 trials: list fewer values, or take the strategy sobol or tpe")]
    [InlineData("strategy=grid trials=5", "hidden=8|16", "trials is not for a grid, which has all its 2 points; leave it out, or take the strategy sobol")]
    [InlineData("trials=5 budget=100", "hidden=8|16", "budget and trials both say how many trials there are; give one of them")]
    [InlineData("budget=5", "hidden=8|16", "budget is 5: one trial takes 20 epochs")]
    [InlineData("rungs=5", "hidden=8|16", "rungs is 5: 20 epochs are too few for so many rungs of 3 times the epochs each; take fewer rungs or more epochs")]
    [InlineData("goal=r2", "hidden=8|16", "goal r2 needs a target of numbers, and this data has classes; take loss or accuracy")]
    [InlineData("", "hidden=8|16;hidden=9|17", "the space names hidden twice")]
    [InlineData("", "momentum=0.8|0.9", "momentum belongs to optimizer momentum or nesterov")]
    [InlineData("", "epsilon=1e-8|1e-7;optimizer=sgd", "epsilon belongs to optimizer adam or adamw")]
    public void A_wrong_search_is_said_in_one_line(string settings, string space, string message) =>
        Assert.Equal(message, Assert.ThrowsAny<UsageException>(() => Resolve(settings, space, Classes)).Message);

    [Fact]
    public void A_goal_must_fit_the_data()
    {
        Assert.StartsWith("goal accuracy needs a classifier", Assert.ThrowsAny<UsageException>(() => Resolve("goal=accuracy", "hidden=8|16", Numbers)).Message, StringComparison.Ordinal);
        Assert.StartsWith("goal needs a validation set", Assert.ThrowsAny<UsageException>(() => Resolve("goal=mae", "hidden=8|16", Numbers with { Validation = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_is_given_does_not_vary()
    {
        var given = new GivenSettings();
        given.Give((Setting)Settings.Hidden, "64");
        var wrong = Assert.ThrowsAny<UsageException>(() => SearchResolution.Resolve(given, new GivenSettings(), [SpaceText.Read("hidden=8|16", "--space")], 1, Classes));
        Assert.Equal("hidden is given, and the space varies it; leave one of them out", wrong.Message);
        var search = SearchResolution.Resolve(given, new GivenSettings(), null, 1, Classes);
        Assert.Equal(["learning-rate", "dropout", "weight-decay"], search.Space.Select(dimension => dimension.Name));
    }

    [Fact]
    public void What_is_not_given_follows_from_the_datas_shape()
    {
        var search = SearchResolution.Resolve(new GivenSettings(), new GivenSettings(), null, 1, Classes with { IsTable = false });
        Assert.Equal((27, 27, SearchStrategy.Sobol), (search.Trials, search.BatchSize, search.Strategy));
        Assert.Equal([6, 17, 50], search.Rungs);
        Assert.Equal(27 * 6 + 9 * 11 + 3 * 33, search.Cost);
        Assert.Equal(["learning-rate", "hidden", "dropout", "weight-decay"], search.Space.Select(dimension => dimension.Name));
    }

    [Fact]
    public void A_budget_gives_the_most_trials_that_fit_it()
    {
        var search = Resolve("budget=500", "hidden=8|16", Classes);
        Assert.InRange(search.Cost, 1, 500);
        Assert.True((search with { Trials = search.Trials + 1, BatchSize = search.Trials + 1 }).Cost > 500);
    }

    private static SearchSpecification Resolve(string settings, string space, DataShape data)
    {
        var (given, search) = (new GivenSettings(), new GivenSettings());
        given.Give(Settings.Epochs, 20);
        foreach (var pair in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            search.Give(SearchSettings.All.Single(setting => setting.Name == pair.Split('=')[0]), pair.Split('=')[1]);
        return SearchResolution.Resolve(given, search, [.. space.Split(';').Select(pair => SpaceText.Read(pair, "--space"))], 1, data);
    }
}
