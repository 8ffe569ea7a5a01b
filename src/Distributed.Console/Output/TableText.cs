using Distributed.Api;
using Distributed.Console.Terminals;

namespace Distributed.Console.Output;

/// <summary>What is in a table, for people: a line for each column, why it is taken for what it is, and the classes.</summary>
internal static class TableText
{
    private const int MostClasses = 12;

    /// <summary>The lines.</summary>
    /// <param name="columns">In the header's order.</param>
    /// <param name="rows">Of the table.</param>
    /// <param name="classes">How often each class occurs; null for none.</param>
    /// <param name="notes">Remarks about the file.</param>
    public static IEnumerable<StyledLine> Of(IReadOnlyList<ColumnDescription> columns, long rows, IReadOnlyDictionary<string, long>? classes, IReadOnlyList<string> notes)
    {
        if (columns.Count > 0)
        {
            var names = Math.Clamp(columns.Max(c => c.Name.Length), 6, 24);
            yield return StyledLine.Of("  " + "column".PadRight(names) + "  taken for   missing  distinct  range, mean", Tone.Faint);
            foreach (var column in columns)
            {
                var range = column is { Minimum: { } least, Maximum: { } most, Mean: { } mean } ? $"  {Numbers.Loss(least)} to {Numbers.Loss(most)}, {Numbers.Loss(mean)}" : "";
                var distinct = Numbers.Count(column.Distinct) + (column.DistinctIsBound ? "+" : "");
                var missing = column.Missing == 0 ? Numbers.None : Numbers.Percent(column.Missing / (double)Math.Max(1, rows));
                yield return StyledLine.Of(
                    "  " + (column.Name.Length <= names ? column.Name : column.Name[..(names - 1)] + "…").PadRight(names)
                    + $"  {column.Role ?? column.Type,-10}{missing,9}{distinct,10}{range}");
            }
        }
        if (classes is { Count: > 0 })
            yield return StyledLine.Of("classes: " + string.Join(", ", classes.Take(MostClasses).Select(c => $"{c.Key} {Numbers.Count(c.Value)}")) + (classes.Count > MostClasses ? ", …" : ""));
        foreach (var column in columns)
            if (column.Why is { Length: > 0 } why) yield return StyledLine.Of($"{column.Name}: {why}", Tone.Faint);
        foreach (var note in notes) yield return StyledLine.Of(note, Tone.Faint);
    }
}
