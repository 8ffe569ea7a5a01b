namespace Distributed.Protocol.Search;

/// <summary>A trial as decided so far.</summary>
/// <param name="number">From 0.</param>
/// <param name="values">The texts of its settings, in the order of the space.</param>
internal sealed class SearchTrial(int number, IReadOnlyList<string> values)
{
    private readonly List<TrialResult> _results = [];

    /// <summary>From 0.</summary>
    public int Number => number;

    /// <summary>The texts of its settings, in the order of the space.</summary>
    public IReadOnlyList<string> Values => values;

    /// <summary>Its result at each rung that it reached.</summary>
    public IReadOnlyList<TrialResult> Results => _results;

    /// <summary>The newest result; null before the first.</summary>
    public TrialResult? Last => _results.Count > 0 ? _results[^1] : null;

    /// <summary>Whether a rung decided against it.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>Takes the result at the next rung.</summary>
    public void Add(TrialResult result) => _results.Add(result);

    /// <summary>A rung decided against it.</summary>
    public void Drop() => IsDropped = true;
}
