namespace Distributed.Learning.Metrics;

/// <summary>How well one class was recognised.</summary>
/// <param name="Name">The class.</param>
/// <param name="Precision">Of the samples predicted as this class, the fraction that belong to it; null when none was predicted as it.</param>
/// <param name="Recall">Of the samples of this class, the fraction predicted as it; null when there are none.</param>
/// <param name="F1">The harmonic mean of both, 2·tp / (2·tp + fp + fn); null when the class neither occurs nor is predicted.</param>
/// <param name="Support">How many samples belong to the class.</param>
/// <param name="Predicted">How many samples were predicted as the class.</param>
public sealed record ClassScore(string Name, double? Precision, double? Recall, double? F1, long Support, long Predicted);

/// <summary>
/// The confusion matrix of a classifier and what follows from it: accuracy, and precision, recall and F1 per class and averaged.
/// </summary>
/// <remarks>
/// Undefined quotients (0/0) are null. Macro averages are plain means over the classes that occur among the actual or the predicted
/// ones (scikit-learn's default labels), where an undefined precision or recall counts as 0 (its <c>zero_division=0</c>): leaving it
/// out would reward a classifier that never predicts a class. A class that does neither says nothing about the classifier.
/// Counts are integers, so the order of adding changes nothing. Not thread-safe.
/// </remarks>
public sealed class ClassificationReport
{
    private readonly long[] _counts;

    /// <summary>Makes an empty report.</summary>
    /// <param name="classes">The class names, in the order of the labels; at least one.</param>
    /// <exception cref="ArgumentException">There is no class.</exception>
    public ClassificationReport(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count == 0)
            throw new ArgumentException("A classification report needs at least one class.", nameof(classes));
        Classes = [.. classes];
        _counts = new long[Classes.Count * Classes.Count];
    }

    /// <summary>The class names, in the order of the labels.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The confusion matrix: how many samples of one class were predicted as another.</summary>
    /// <param name="actual">The label, in [0, classes).</param>
    /// <param name="predicted">The predicted label, in [0, classes).</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not one of the classes.</exception>
    public long this[int actual, int predicted] => _counts[IndexOf(actual, predicted)];

    /// <summary>How many samples were added.</summary>
    public long Samples => _counts.Sum();

    /// <summary>How many samples were predicted correctly: the matrix's diagonal.</summary>
    public long Correct => Enumerable.Range(0, Classes.Count).Sum(label => this[label, label]);

    /// <summary>The fraction predicted correctly, in [0, 1]; null without samples.</summary>
    public double? Accuracy => Quotient(Correct, Samples);

    /// <summary>The mean recall over the classes that have samples, so that a rare class counts as much as a frequent one; null without samples.</summary>
    public double? BalancedAccuracy
    {
        get
        {
            var recalls = Scores.Select(score => score.Recall).OfType<double>().ToList();
            return recalls.Count == 0 ? null : recalls.Average();
        }
    }

    /// <summary>The scores of every class, in the order of the labels.</summary>
    public IReadOnlyList<ClassScore> Scores => [.. Enumerable.Range(0, Classes.Count).Select(ScoreOf)];

    /// <summary>The mean precision over the classes that occur or are predicted; null without samples.</summary>
    public double? MacroPrecision => Macro(score => score.Precision);

    /// <summary>The mean recall over the classes that occur or are predicted; null without samples.</summary>
    public double? MacroRecall => Macro(score => score.Recall);

    /// <summary>The mean F1 over the classes that occur or are predicted; null without samples.</summary>
    public double? MacroF1 => Macro(score => score.F1);

    /// <summary>The class of an output row: the first of the highest values, the rule of <see cref="ShardMetrics.Correct"/>.</summary>
    /// <param name="outputs">[classes] probabilities or logits, at least one.</param>
    /// <returns>The label.</returns>
    public static int PredictedClass(ReadOnlySpan<float> outputs)
    {
        var best = 0;
        for (var label = 1; label < outputs.Length; label++)
            if (outputs[label] > outputs[best])
                best = label;
        return best;
    }

    /// <summary>Counts one sample.</summary>
    /// <param name="actual">Its label, in [0, classes).</param>
    /// <param name="predicted">The predicted label, in [0, classes).</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not one of the classes.</exception>
    public void Add(int actual, int predicted) => _counts[IndexOf(actual, predicted)]++;

    /// <summary>Counts a batch of samples by their highest outputs.</summary>
    /// <param name="labels">[rows] the labels.</param>
    /// <param name="outputs">[rows × classes] probabilities or logits.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not one of the classes.</exception>
    public void Add(ReadOnlySpan<int> labels, ReadOnlySpan<float> outputs)
    {
        if (outputs.Length != labels.Length * Classes.Count)
            throw new ArgumentException($"{outputs.Length} outputs for {labels.Length} labels of {Classes.Count} classes", nameof(outputs));
        for (var row = 0; row < labels.Length; row++)
            Add(labels[row], PredictedClass(outputs.Slice(row * Classes.Count, Classes.Count)));
    }

    /// <summary>Adds another report's counts, for example of another shard.</summary>
    /// <param name="other">A report over the same classes.</param>
    /// <exception cref="ArgumentException">The classes differ.</exception>
    public void Add(ClassificationReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Classes.SequenceEqual(other.Classes))
            throw new ArgumentException("The reports are over different classes.", nameof(other));
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }

    private static double? Quotient(long part, long whole) => whole == 0 ? null : (double)part / whole;

    private ClassScore ScoreOf(int label)
    {
        var correct = this[label, label];
        long support = 0, predicted = 0;
        for (var other = 0; other < Classes.Count; other++)
        {
            support += this[label, other];
            predicted += this[other, label];
        }

        return new ClassScore(
            Classes[label],
            Quotient(correct, predicted),
            Quotient(correct, support),
            Quotient(2 * correct, support + predicted),
            support,
            predicted);
    }

    private double? Macro(Func<ClassScore, double?> value)
    {
        var occurring = Scores.Where(score => score.Support + score.Predicted > 0).ToList();
        return occurring.Count == 0 ? null : occurring.Average(score => value(score) ?? 0);
    }

    private int IndexOf(int actual, int predicted)
    {
        if ((uint)actual >= (uint)Classes.Count)
            throw new ArgumentOutOfRangeException(nameof(actual), actual, $"There are {Classes.Count} classes, counted from 0.");
        if ((uint)predicted >= (uint)Classes.Count)
            throw new ArgumentOutOfRangeException(nameof(predicted), predicted, $"There are {Classes.Count} classes, counted from 0.");
        return actual * Classes.Count + predicted;
    }
}
