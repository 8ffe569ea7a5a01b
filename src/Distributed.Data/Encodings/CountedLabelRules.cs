using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>
/// Version 3: as version 2, and whole numbers are counts rather than classes where some are seen once or the rows for each are few. Rows
/// without a target are left out before; a word such as None that was kept then is a class.
/// </summary>
internal sealed class CountedLabelRules : ILabelRules
{
    /// <summary>Up to so many different whole numbers are classes also where one is seen once.</summary>
    private const int FewClasses = 5;

    /// <summary>Above so many different whole numbers each needs <see cref="RowsOfAClass"/> rows on average.</summary>
    private const int SomeClasses = 10;

    private const int RowsOfAClass = 20;

    private readonly SpelledLabelRules _spelled = new();

    /// <inheritdoc/>
    public SuggestedTask Suggest(RawColumn target)
    {
        if (target.Reading is ColumnReading reading ? reading.Use != ColumnUse.Number : !target.LooksNumeric)
            return new SuggestedTask(TaskKind.Classify, null);
        var times = new Dictionary<double, int>();
        foreach (var number in target.Numbers)
        {
            if (double.IsNaN(number))
                continue;
            if (Math.Floor(number) != number)
                return new SuggestedTask(TaskKind.Regress, null);
            if (times.Count <= RawColumn.MostTexts || times.ContainsKey(number))
                times[number] = times.GetValueOrDefault(number) + 1;
        }

        var suggested = TargetFit.OfWholeNumbers(
            target.Name, Math.Min(times.Count, RawColumn.MostTexts), times.Count > RawColumn.MostTexts, target.Numbers.Count);
        if (suggested.Task == TaskKind.Regress)
            return suggested;
        var why = times.Count > FewClasses && times.ContainsValue(1) ? "one of them is seen once, as in counts"
            : times.Count > SomeClasses && target.Numbers.Count < times.Count * RowsOfAClass ? $"there are fewer than {RowsOfAClass} rows for each"
            : null;
        return why is null
            ? suggested
            : new SuggestedTask(TaskKind.Regress, string.Create(
                CultureInfo.InvariantCulture,
                $"regression, because the target {CellNumber.Quoted(target.Name)} holds {times.Count} different whole numbers and {why}"));
    }

    /// <inheritdoc/>
    public TargetEncoding Classes(RawTable table, RawColumn target, ICollection<DataNote> notes) => _spelled.MergedClasses(table, target, notes);

    /// <inheritdoc/>
    public IReadOnlyList<string> NameTexts(RawColumn target) => _spelled.NameTexts(target);

    /// <inheritdoc/>
    public int[] ClassOfTexts(RawColumn target, IReadOnlyList<string> classes)
    {
        var keyOf = LabelText.KeysFor(classes);
        var classOf = classes.Index().ToDictionary(named => keyOf(named.Item), named => named.Index, StringComparer.Ordinal);
        return [.. target.Texts.Select(text => classOf.GetValueOrDefault(keyOf(text), -1))];
    }

    /// <inheritdoc/>
    public bool AreDistinct(IReadOnlyList<string> classes) => _spelled.AreDistinct(classes);
}
