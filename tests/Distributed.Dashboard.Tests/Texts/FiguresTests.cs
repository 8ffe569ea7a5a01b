using Distributed.Dashboard.Gateway;
using Distributed.Dashboard.Texts;
using Distributed.Protocol.Nodes;

namespace Distributed.Dashboard.Tests.Texts;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "0")]
    [InlineData(0.12345, "0.1235")]
    [InlineData(0.00001234, "1.234e−5")]
    [InlineData(12345.67, "12,345.7")]
    [InlineData(-2.5, "−2.5")]
    [InlineData(double.NaN, "not a number")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void A_real_number_is_short(double? value, string text) => Assert.Equal(text, Figures.Real(value));

    [Theory]
    [InlineData(0.4, "0.4 s")]
    [InlineData(59.6, "0 min 59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3_700, "1 h 1 min")]
    [InlineData(200_000, "2 d 7 h")]
    [InlineData(-3, "0 s")]
    public void A_duration_has_its_two_largest_units(double seconds, string text) => Assert.Equal(text, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_500, "1.5 KB")]
    [InlineData(123_456_789, "123 MB")]
    public void Bytes_are_told_in_the_unit_that_fits(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "–")]
    [InlineData(3.14159, "3.1 steps/s")]
    [InlineData(31.4159, "31.4 steps/s")]
    [InlineData(123456.0, "123,000 steps/s")]
    public void A_speed_is_rounded(double? speed, string text) => Assert.Equal(text, Figures.Speed(speed, "steps"));

    [Fact]
    public void Health_is_told_in_words()
    {
        Assert.Equal(Tone.Warning, ClusterWords.HealthOf(Picture()).Tone);
        Assert.Contains("No worker", ClusterWords.HealthOf(Picture()).Headline, StringComparison.Ordinal);
        Assert.Equal(Tone.Good, ClusterWords.HealthOf(Picture(Node("a:1", true))).Tone);
        var lost = ClusterWords.HealthOf(Picture(Node("a:1", true), Node("b:1", false)));
        Assert.Equal((Tone.Warning, "1 node cannot be reached: b:1"), (lost.Tone, lost.Headline));
        Assert.Equal(Tone.Bad, ClusterWords.HealthOf(Picture() with { Trouble = "no store" }).Tone);
    }

    private static ClusterPicture Picture(params NodeInfo[] nodes) => new(DateTimeOffset.UnixEpoch, nodes, [], false, [], 0, null);

    private static NodeInfo Node(string address, bool isReachable) => new() { Address = address, Roles = ["worker"], State = "up", Reachable = isReachable, Version = "1" };
}
