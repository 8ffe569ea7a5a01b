using Distributed.Learning.Metrics;

namespace Distributed.Learning.Tests.Metrics;

public class ClassificationReportTests
{
    // scikit-learn: classification_report([0,1,2,2,2,1,0,0], [0,0,2,2,1,1,0,2])
    private static readonly int[] Actual = [0, 1, 2, 2, 2, 1, 0, 0];
    private static readonly int[] Predicted = [0, 0, 2, 2, 1, 1, 0, 2];

    [Fact]
    public void The_matrix_counts_actual_by_predicted()
    {
        var report = Report(["a", "b", "c"]);
        Assert.Equal(
            [[2L, 0, 1], [1, 1, 0], [0, 1, 2]],
            Enumerable.Range(0, 3).Select(actual => Enumerable.Range(0, 3).Select(predicted => report[actual, predicted])));
        Assert.Equal(8, report.Samples);
        Assert.Equal(5, report.Correct);
        Assert.Equal(0.625, report.Accuracy);
    }

    [Fact]
    public void Scores_are_those_of_their_definitions()
    {
        var scores = Report(["a", "b", "c"]).Scores;
        Assert.Equal([2.0 / 3, 0.5, 2.0 / 3], scores.Select(score => score.Precision));
        Assert.Equal([2.0 / 3, 0.5, 2.0 / 3], scores.Select(score => score.Recall));
        Assert.Equal([2.0 / 3, 0.5, 2.0 / 3], scores.Select(score => score.F1));
        Assert.Equal([3L, 2, 3], scores.Select(score => score.Support));
        Assert.Equal([3L, 2, 3], scores.Select(score => score.Predicted));
        Assert.Equal(["a", "b", "c"], scores.Select(score => score.Name));
    }

    [Fact]
    public void Precision_and_recall_differ_where_they_should()
    {
        var report = new ClassificationReport(["no", "yes"]);
        foreach (var (actual, predicted, times) in new[] { (0, 0, 90), (0, 1, 10), (1, 1, 5), (1, 0, 15) })
            for (var i = 0; i < times; i++)
                report.Add(actual, predicted);
        var yes = report.Scores[1];
        Assert.Equal(5.0 / 15, yes.Precision);
        Assert.Equal(5.0 / 20, yes.Recall);
        Assert.Equal(2.0 / 7, yes.F1!.Value, 1e-15); // 2PR / (P + R)
        Assert.Equal((90.0 / 105 + 5.0 / 15) / 2, report.MacroPrecision!.Value, 1e-15);
        Assert.Equal((0.9 + 0.25) / 2, report.MacroRecall!.Value, 1e-15);
        Assert.Equal((180.0 / 205 + 2.0 / 7) / 2, report.MacroF1!.Value, 1e-15);
    }

    [Fact]
    public void Balanced_accuracy_counts_a_rare_class_as_much_as_a_frequent_one()
    {
        var report = new ClassificationReport(["usual", "rare", "absent"]);
        for (var i = 0; i < 999; i++) report.Add(0, 0);
        report.Add(1, 0);
        Assert.Equal((0.999, 0.5), (report.Accuracy, report.BalancedAccuracy));
        Assert.Null(new ClassificationReport(["a", "b"]).BalancedAccuracy);
    }

    [Fact]
    public void An_undefined_score_is_absent_and_a_class_that_never_occurs_stays_out_of_the_averages()
    {
        var report = new ClassificationReport(["seen", "only predicted", "never predicted", "absent"]);
        report.Add(0, 0);
        report.Add(0, 1);
        report.Add(2, 0);
        Assert.Equal(new ClassScore("only predicted", 0, null, 0, 0, 1), report.Scores[1]);
        Assert.Equal(new ClassScore("never predicted", null, 0, 0, 1, 0), report.Scores[2]);
        Assert.Equal(new ClassScore("absent", null, null, null, 0, 0), report.Scores[3]);
        Assert.Equal(0.5 / 3, report.MacroRecall!.Value, 1e-15); // scikit-learn, zero_division=0
        Assert.Equal(0.5 / 3, report.MacroPrecision!.Value, 1e-15);
    }

    [Fact]
    public void An_empty_report_has_no_scores()
    {
        var report = new ClassificationReport(["a"]);
        Assert.Equal(0, report.Samples);
        Assert.Equal([null, null, null, null], [report.Accuracy, report.MacroPrecision, report.MacroRecall, report.MacroF1]);
        Assert.Equal([new ClassScore("a", null, null, null, 0, 0)], report.Scores);
    }

    [Fact]
    public void Reports_of_parts_add_up_to_the_report_of_the_whole()
    {
        var report = new ClassificationReport(["a", "b", "c"]);
        var part = new ClassificationReport(["a", "b", "c"]);
        for (var i = 0; i < Actual.Length; i++)
            (i % 3 == 0 ? part : report).Add(Actual[i], Predicted[i]);
        report.Add(part);
        Assert.Equal(Report(["a", "b", "c"]).Scores, report.Scores);
        Assert.Throws<ArgumentException>(() => report.Add(new ClassificationReport(["a", "b", "d"])));
    }

    [Fact]
    public void The_first_of_the_highest_outputs_is_the_prediction()
    {
        Assert.Equal(1, ClassificationReport.PredictedClass([0.1f, 0.45f, 0.45f]));
        var report = new ClassificationReport(["a", "b"]);
        report.Add([0, 1], [0.5f, 0.5f, 0.2f, 0.8f]);
        Assert.Equal(1, report.Accuracy);
        Assert.Throws<ArgumentException>(() => report.Add([0], [0.5f]));
    }

    [Fact]
    public void Labels_outside_the_classes_are_refused()
    {
        var report = new ClassificationReport(["a", "b"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => report.Add(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => report.Add(0, -1));
        Assert.Throws<ArgumentException>(() => new ClassificationReport([]));
    }

    private static ClassificationReport Report(string[] classes)
    {
        var report = new ClassificationReport(classes);
        for (var i = 0; i < Actual.Length; i++)
            report.Add(Actual[i], Predicted[i]);
        return report;
    }
}
