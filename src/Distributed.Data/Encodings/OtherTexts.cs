namespace Distributed.Data.Encodings;

/// <summary>
/// What stands for the texts of a column that are no category: those that few training rows have, and those that come later. A missing text is
/// the category "", where it is one.
/// </summary>
public sealed record OtherTexts
{
    /// <summary>Whether they share an input, the last one: where training rows have such texts.</summary>
    public bool HasInput { get; init; }

    /// <summary>
    /// Where no training row has such a text: each category's share of the training rows, so that an unseen text counts as their average. Empty
    /// otherwise.
    /// </summary>
    public IReadOnlyList<double> Shares { get; init; } = [];

    /// <summary>Writes the inputs of a category.</summary>
    /// <param name="category">−1 for a text that is none.</param>
    /// <param name="inputs">All inputs of the column.</param>
    internal void Encode(int category, Span<float> inputs)
    {
        inputs.Clear();
        if (category >= 0)
            inputs[category] = 1;
        else if (HasInput)
            inputs[^1] = 1;
        else
            for (var c = 0; c < Shares.Count; c++)
                inputs[c] = (float)Shares[c];
    }
}
