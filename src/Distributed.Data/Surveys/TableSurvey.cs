using Distributed.Data.Tables;

namespace Distributed.Data.Surveys;

/// <summary>Decides what each column of a table holds.</summary>
internal static class TableSurvey
{
    /// <summary>Decides.</summary>
    /// <param name="columns">Read by <see cref="SurveyReading"/>s.</param>
    /// <param name="format">What the settings say.</param>
    /// <param name="target">The target column's name.</param>
    /// <param name="asText">Columns that the settings read as texts.</param>
    /// <returns>In the columns' order.</returns>
    public static IReadOnlyList<SurveyedColumn> Decide(
        IReadOnlyList<RawColumn> columns, TableFormat format, string target, IReadOnlyList<string> asText)
    {
        var surveys = columns.Select(column => new ColumnSurvey(column)).ToArray();
        var (commas, points) = (surveys.Any(survey => survey.HasDecimalCommas), surveys.Any(survey => survey.HasDecimalPoints));
        var usual = new UsualNotation(commas && !points ? NumberNotation.Comma : NumberNotation.Point, format.Decimal is not null || commas != points);
        var decided = new List<SurveyedColumn>();
        foreach (var (survey, column) in surveys.Zip(columns))
        {
            ColumnUse? given = asText.Contains(column.Name) ? ColumnUse.Category
                : format.Columns is { } uses && uses.TryGetValue(column.Name, out var use) ? use
                : null;
            decided.Add(new SurveyedColumn(survey.Decide(given, column.Name == target, format.Decimal, usual), survey.Notes));
        }

        return decided;
    }
}

/// <summary>What a column holds, and why.</summary>
/// <param name="Reading">How its cells are read.</param>
/// <param name="Notes">Remarks for the user.</param>
internal sealed record SurveyedColumn(ColumnReading Reading, IReadOnlyList<DataNote> Notes);

/// <summary>The notation of columns that could have either.</summary>
/// <param name="Notation">The notation.</param>
/// <param name="IsSure">Whether the settings or other columns of the table tell it.</param>
internal readonly record struct UsualNotation(NumberNotation Notation, bool IsSure);
