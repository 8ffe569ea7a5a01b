using Distributed.Console.Reports;
using Distributed.Learning.Metrics;

namespace Distributed.Console.Tests.Reports;

public sealed class ConfusionReportTests
{
    [Fact]
    public void A_small_matrix_stands_with_its_scores_on_eighty_columns()
    {
        var report = new ClassificationReport(["no", "yes"]);
        for (var i = 0; i < 1234; i++) report.Add(0, 0);
        for (var i = 0; i < 20; i++) report.Add(1, i < 15 ? 1 : 0);
        Assert.Equal(
            """
            actual classes down, predicted ones across: 1,254 samples
                        no   yes   precision  recall      F1
                  no 1,234     ·       0.996   1.000   0.998
                 yes     5    15       1.000   0.750   0.857
            """.ReplaceLineEndings("\n"),
            string.Join("\n", ConfusionReport.Lines(report, "samples", 80).Select(l => l.Text.TrimEnd())));
    }

    [Fact]
    public void A_score_that_is_undefined_is_a_dash()
    {
        var report = new ClassificationReport(["a", "never predicted", "neither"]);
        report.Add(0, 0);
        report.Add(1, 0);
        Assert.Equal(
            """
            actual classes down, predicted ones across: 2 samples
                                   a never… neith…   precision  recall      F1
                            a      1      ·      ·       0.500   1.000   0.667
              never predicted      1      ·      ·           –   0.000   0.000
                      neither      ·      ·      ·           –       –       –
            """.ReplaceLineEndings("\n"),
            string.Join("\n", ConfusionReport.Lines(report, "samples", 80).Select(l => l.Text.TrimEnd())));
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(10, 1)]
    [InlineData(10, 14)]
    [InlineData(26, 8)]
    [InlineData(100, 30)]
    public void No_line_is_wider_than_the_screen(int classes, int labelLength)
    {
        var report = new ClassificationReport([.. Enumerable.Range(0, classes).Select(i => i.ToString("D3", null).PadRight(labelLength, 'x'))]);
        for (var i = 0; i < 5000; i++) report.Add(i % classes, i * i % classes);
        Assert.All(ConfusionReport.Lines(report, "for validation, epoch 123", 80), line => Assert.True(line.Width <= 80, line.Text));
    }
}
