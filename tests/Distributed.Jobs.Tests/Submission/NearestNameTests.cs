using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Tests.Submission;

public sealed class NearestNameTests
{
    private static readonly string[] Flags = [.. Settings.All.Select(s => s.Flag)];

    [Theory]
    [InlineData("--epoch", "--epochs")]
    [InlineData("--hiden", "--hidden")]
    [InlineData("--learningrate", "--learning-rate")]
    [InlineData("--lerning-rate", "--learning-rate")]
    [InlineData("--bacth", "--batch")]
    [InlineData("--thread", "--threads")]
    [InlineData("--targetaccuracy", "--target-accuracy")]
    public void Finds_what_was_probably_meant(string typed, string meant) => Assert.Equal(meant, NearestName.Of(typed, Flags));

    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("--zzz")]
    [InlineData("--")]
    public void Says_nothing_rather_than_something_far_off(string typed) => Assert.Null(NearestName.Of(typed, Flags));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void Counts_edits(string a, string b, int distance) => Assert.Equal(distance, NearestName.Distance(a, b));
}
