using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>Version 1: each distinct text is a class, so 0 and 0.0 are two.</summary>
internal sealed class LiteralLabelRules : ILabelRules
{
    /// <inheritdoc/>
    /// <remarks>
    /// Text means classes. So do whole numbers, when there are at most <see cref="TargetFit.MostNumericClasses"/> different ones and each
    /// occurs at least twice on average. Everything else is a value.
    /// </remarks>
    public SuggestedTask Suggest(RawColumn target)
    {
        if (!target.LooksNumeric)
            return new SuggestedTask(TaskKind.Classify, null);
        var wholeNumbers = target.FirstNotNumber is null && target.Numbers.All(number => Math.Floor(number) == number);
        return wholeNumbers
            ? TargetFit.OfWholeNumbers(target.Name, target.Texts.Count, target.HasMoreTexts, target.Numbers.Count)
            : new SuggestedTask(TaskKind.Regress, null);
    }

    /// <inheritdoc/>
    public TargetEncoding Classes(RawTable table, RawColumn target, ICollection<DataNote> notes)
    {
        if (target.FirstEmpty is { } empty)
            throw table.Error("the label is empty", "write the class, or remove the row", empty, target.Name);
        return TargetFit.Classes(table, target, target.Texts);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> NameTexts(RawColumn target) => target.Texts;

    /// <inheritdoc/>
    public int[] ClassOfTexts(RawColumn target, IReadOnlyList<string> classes)
    {
        var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var c = 0; c < classes.Count; c++)
            classOf.Add(classes[c], c);
        return [.. target.Texts.Select(text => classOf.GetValueOrDefault(text, -1))];
    }

    /// <inheritdoc/>
    public bool AreDistinct(IReadOnlyList<string> classes) => classes.Distinct(StringComparer.Ordinal).Count() == classes.Count;
}
