using Distributed.Learning.Metrics;

namespace Distributed.Console.Reports;

/// <summary>The pictures of an evaluation: <c>confusion.png</c> and <c>calibration.png</c> of classes, <c>residuals.png</c> of a regression.</summary>
internal static class EvaluationPictures
{
    /// <summary>Draws those that apply.</summary>
    /// <param name="folder">Where; files of these names are overwritten.</param>
    /// <param name="title">What the titles begin with.</param>
    /// <param name="classes">The confusion matrix; null for a regression.</param>
    /// <param name="probabilities">The probabilities; null for a regression.</param>
    /// <param name="answers">A regression's answers and targets.</param>
    /// <param name="target">The target's name.</param>
    public static void Write(
        string folder, string title, ClassificationReport? classes, ProbabilityReport? probabilities, IReadOnlyList<(double Answer, double Target)> answers, string target)
    {
        if (classes is not null && classes.Classes.Count <= ConfusionPicture.MostClasses)
            ConfusionPicture.Write(Path.Combine(folder, "confusion.png"), classes, $"{title}: confusion matrix");
        if (probabilities is not null) CalibrationPicture.Write(Path.Combine(folder, "calibration.png"), probabilities, $"{title}: calibration");
        if (answers.Count > 0) ResidualPicture.Write(Path.Combine(folder, "residuals.png"), answers, target, $"{title}: residuals");
    }
}
