using Distributed.Learning.Metrics;

namespace Distributed.Learning.Tests.Metrics;

public sealed class ProbabilityReportTests
{
    [Fact]
    public void Areas_and_log_loss_are_those_of_scikit_learn()
    {
        // y = [0,0,1,1,0,1]; p = [.1,.4,.35,.8,.8,.65]: roc_auc_score 0.6111…, average_precision_score 0.6388…, log_loss 0.6925…
        var report = Two([0, 0, 1, 1, 0, 1], [0.1f, 0.4f, 0.35f, 0.8f, 0.8f, 0.65f]);
        Assert.Equal(5.5 / 9, report.RocAuc!.Value, 1e-15);
        Assert.Equal(1.0 / 3 * (1.0 / 2) + 1.0 / 3 * (2.0 / 3) + 1.0 / 3 * (3.0 / 5), report.PrAuc!.Value, 1e-15);
        var logLoss = -(Math.Log(0.9) + Math.Log(0.6) + Math.Log(0.35) + Math.Log(0.8) + Math.Log(0.2) + Math.Log(0.65)) / 6;
        Assert.Equal(logLoss, report.LogLoss!.Value, 1e-6);
    }

    [Fact]
    public void The_areas_are_those_of_counted_pairs()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        for (var round = 0; round < 50; round++)
        {
            var rows = random.Next(2, 40);
            var labels = Enumerable.Range(0, rows).Select(_ => random.Next(3)).ToArray();
            var answers = Enumerable.Range(0, rows).Select(_ => Shares(random)).ToArray();
            var report = new ProbabilityReport(3);
            report.Add(labels, answers.SelectMany(row => row).ToArray());
            var areas = Enumerable.Range(0, 3).Select(c => Pairs(labels, answers, c)).OfType<double>().ToList();
            if (areas.Count == 0) Assert.Null(report.RocAuc);
            else Assert.True(Math.Abs(areas.Average() - report.RocAuc!.Value) < 1e-12, $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void The_order_of_the_samples_changes_no_area()
    {
        var (there, back) = (Two([0, 1, 1, 0, 1], [0.3f, 0.3f, 0.9f, 0.5f, 0.5f]), Two([1, 0, 1, 1, 0], [0.5f, 0.5f, 0.9f, 0.3f, 0.3f]));
        Assert.Equal((there.RocAuc, there.PrAuc, there.Threshold), (back.RocAuc, back.PrAuc, back.Threshold));
    }

    [Fact]
    public void The_best_threshold_has_the_highest_F1_of_all()
    {
        var report = Two([0, 0, 1, 1, 0, 1], [0.1f, 0.4f, 0.35f, 0.8f, 0.8f, 0.65f]);
        // From 0.35 on five are taken for the class, three rightly: 6 / 8. From 0.65 on: 4 / 6.
        Assert.Equal(new BestThreshold(0.35f, 0.75), report.Threshold);
    }

    [Fact]
    public void Undefined_scores_are_absent()
    {
        var empty = new ProbabilityReport(2);
        Assert.Equal((null, null, null, null, null), (empty.LogLoss, empty.RocAuc, empty.PrAuc, empty.CalibrationError, empty.Threshold));
        var one = Two([0, 0], [0.2f, 0.4f]);
        Assert.Equal((null, null, null), (one.RocAuc, one.PrAuc, one.Threshold));
        Assert.NotNull(one.LogLoss);
        var third = new ProbabilityReport(3);
        third.Add([0, 1], [0.5f, 0.3f, 0.2f, 0.1f, 0.8f, 0.1f]);
        Assert.Equal((1.0, 1.0, null), (third.RocAuc, third.PrAuc, third.Threshold)); // the class without samples stays out
    }

    [Fact]
    public void Calibration_compares_confidence_with_accuracy_bin_by_bin()
    {
        var report = Two([1, 1, 0, 1], [0.95f, 0.95f, 0.95f, 0.25f]);
        var bins = report.Calibration;
        Assert.Equal((3L, 2.0 / 3), (bins[9].Samples, bins[9].Accuracy));
        Assert.Equal((1L, 0.0), (bins[7].Samples, bins[7].Accuracy));
        Assert.Equal(new CalibrationBin(0, null, null), bins[0]);
        Assert.Equal((Math.Abs(3 * 0.95 - 2) + 0.75) / 4, report.CalibrationError!.Value, 1e-6);
    }

    [Fact]
    public void A_probability_of_zero_for_the_true_class_costs_a_bounded_loss() =>
        Assert.Equal(-Math.Log(1e-15), Two([1], [0f]).LogLoss!.Value, 1e-9);

    private static ProbabilityReport Two(int[] labels, float[] second)
    {
        var report = new ProbabilityReport(2);
        for (var i = 0; i < labels.Length; i++) report.Add([labels[i]], [1 - second[i], second[i]]);
        return report;
    }

    private static float[] Shares(Random random)
    {
        var parts = Enumerable.Range(0, 3).Select(_ => random.Next(1, 5)).ToArray(); // few values, so that there are ties
        return [.. parts.Select(part => (float)part / parts.Sum())];
    }

    private static double? Pairs(int[] labels, float[][] answers, int c)
    {
        var (right, all) = (0.0, 0);
        for (var i = 0; i < labels.Length; i++)
            for (var j = 0; j < labels.Length; j++)
            {
                if (labels[i] != c || labels[j] == c) continue;
                all++;
                right += answers[i][c] > answers[j][c] ? 1 : answers[i][c] == answers[j][c] ? 0.5 : 0;
            }

        return all == 0 ? null : right / all;
    }
}
