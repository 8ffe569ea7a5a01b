namespace Distributed.Learning.Metrics;

/// <summary>
/// The samples of one class against all others, by the probability that a classifier gave the class: what follows from their order alone. Counts
/// are integers and equal probabilities one step, so the order of the samples changes nothing.
/// </summary>
internal sealed class RankedScores
{
    private readonly List<(float Score, long Positive, long Negative)> _steps = [];
    private readonly long _positives, _negatives;

    /// <summary>Orders samples.</summary>
    /// <param name="scores">[samples] the class's probabilities; sorted.</param>
    /// <param name="isPositive">[samples] whether each belongs to the class; sorted with them.</param>
    public RankedScores(float[] scores, bool[] isPositive)
    {
        Array.Sort(scores, isPositive);
        for (var i = scores.Length - 1; i >= 0; i--)
        {
            if (_steps.Count == 0 || _steps[^1].Score > scores[i]) _steps.Add((scores[i], 0, 0));
            var (score, positive, negative) = _steps[^1];
            _steps[^1] = isPositive[i] ? (score, positive + 1, negative) : (score, positive, negative + 1);
            if (isPositive[i]) _positives++;
            else _negatives++;
        }
    }

    /// <summary>
    /// The area under the receiver operating characteristic: the share of pairs, one of the class and one of others, whose probabilities stand in
    /// the right order, equal ones counting half. Null where one side is empty.
    /// </summary>
    public double? RocArea
    {
        get
        {
            if (_positives == 0 || _negatives == 0) return null;
            var (above, twice) = (0L, 0L);
            foreach (var (_, positive, negative) in _steps)
            {
                twice += negative * (2 * above + positive);
                above += positive;
            }

            return twice / 2.0 / ((double)_positives * _negatives);
        }
    }

    /// <summary>The average precision, Σ (recallₙ − recallₙ₋₁) · precisionₙ over falling thresholds: the area under precision and recall. Null without samples of the class.</summary>
    public double? PrecisionRecallArea
    {
        get
        {
            if (_positives == 0) return null;
            var (area, right, all) = (0.0, 0L, 0L);
            foreach (var (_, positive, negative) in _steps)
            {
                right += positive;
                all += positive + negative;
                area += (double)positive / _positives * right / all;
            }

            return area;
        }
    }

    /// <summary>The probability from which on to answer the class for the highest F1; of equally good ones the highest. Null without samples of the class.</summary>
    public BestThreshold? Best
    {
        get
        {
            if (_positives == 0) return null;
            var (best, bestRight, bestBelow, right, all) = (0f, 0L, 1L, 0L, 0L);
            foreach (var (score, positive, negative) in _steps)
            {
                right += positive;
                all += positive + negative;
                if ((Int128)right * bestBelow <= (Int128)bestRight * (all + _positives)) continue;
                (best, bestRight, bestBelow) = (score, right, all + _positives);
            }

            return new BestThreshold(best, 2.0 * bestRight / bestBelow);
        }
    }
}
