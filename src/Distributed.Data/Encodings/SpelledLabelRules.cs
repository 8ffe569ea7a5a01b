using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>
/// Version 2: spellings of one label are one class. One number is one class however it is written (0, 0.0, 00, -0), named by its shortest
/// spelling; texts that differ in case only are one class, named by the most frequent spelling. DisplayText for a missing value are no labels.
/// </summary>
internal sealed class SpelledLabelRules : ILabelRules
{
    private const int MostInNote = 5;

    /// <inheritdoc/>
    /// <remarks>As in version 1, with different numbers counted in place of different texts, and missing labels left to the refusal.</remarks>
    public SuggestedTask Suggest(RawColumn target)
    {
        if (!target.LooksNumeric)
            return new SuggestedTask(TaskKind.Classify, null);
        var different = new HashSet<double>();
        for (var row = 0; row < target.Numbers.Count; row++)
        {
            var number = target.Numbers[row];
            if (target.TextIndices[row] is >= 0 and var text && LabelText.IsMissing(target.Texts[text]))
                continue;
            if (Math.Floor(number) != number)
                return new SuggestedTask(TaskKind.Regress, null);
            if (different.Count <= RawColumn.MostTexts)
                different.Add(number);
        }

        return TargetFit.OfWholeNumbers(
            target.Name, Math.Min(different.Count, RawColumn.MostTexts), different.Count > RawColumn.MostTexts, target.Numbers.Count);
    }

    /// <inheritdoc/>
    public TargetEncoding Classes(RawTable table, RawColumn target, ICollection<DataNote> notes)
    {
        RefuseMissing(table, target);
        return MergedClasses(table, target, notes);
    }

    /// <summary>The classes of a column without missing labels.</summary>
    internal TargetEncoding MergedClasses(RawTable table, RawColumn target, ICollection<DataNote> notes)
    {
        var names = NameTexts(target);
        var merged = target.Texts.Zip(names).GroupBy(pair => pair.Second, pair => pair.First, StringComparer.Ordinal)
            .Where(spellings => spellings.Skip(1).Any()).ToArray();
        if (merged.Length > 0)
            notes.Add(new DataNote(
                $"column {CellNumber.Quoted(target.Name)}: spellings of one label are one class: "
                + string.Join(", ", merged.Take(MostInNote).Select(spellings =>
                    $"{CellNumber.Quoted(spellings.Key)} (also {RawTable.List(spellings.Where(text => text != spellings.Key))})"))
                + (merged.Length > MostInNote ? $" and {merged.Length - MostInNote} more" : "")));
        return TargetFit.Classes(table, target, [.. names.Distinct(StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> NameTexts(RawColumn target)
    {
        var counts = new int[target.Texts.Count];
        foreach (var text in target.TextIndices)
            if (text >= 0)
                counts[text]++;
        var keyOf = LabelText.KeysFor(target.Texts);
        var keys = target.Texts.Select(keyOf).ToArray();
        var nameOf = Enumerable.Range(0, keys.Length).GroupBy(i => keys[i], StringComparer.Ordinal).ToDictionary(
            spellings => spellings.Key, spellings => LabelText.NameOf([.. spellings.Select(i => (target.Texts[i], counts[i]))]), StringComparer.Ordinal);
        return [.. keys.Select(key => nameOf[key])];
    }

    /// <inheritdoc/>
    public int[] ClassOfTexts(RawColumn target, IReadOnlyList<string> classes)
    {
        var keyOf = LabelText.KeysFor(classes);
        var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var c = 0; c < classes.Count; c++)
            classOf.Add(keyOf(classes[c]), c);
        return [.. target.Texts.Select(text => LabelText.IsMissing(text) ? -1 : classOf.GetValueOrDefault(keyOf(text), -1))];
    }

    /// <inheritdoc/>
    public bool AreDistinct(IReadOnlyList<string> classes) =>
        classes.Select(LabelText.KeysFor(classes)).Distinct(StringComparer.Ordinal).Count() == classes.Count;

    private static void RefuseMissing(RawTable table, RawColumn target)
    {
        var missing = target.Texts.Select(LabelText.IsMissing).ToArray();
        for (var row = 0; row < table.Rows; row++)
        {
            var text = target.TextIndices[row];
            if (text >= 0 && missing[text])
                throw table.Error(
                    target.Texts[text].Length == 0 ? "the label is empty" : $"{CellNumber.Quoted(target.Texts[text])} stands for a missing label",
                    "write the class, or remove the row", row, target.Name);
        }
    }
}
