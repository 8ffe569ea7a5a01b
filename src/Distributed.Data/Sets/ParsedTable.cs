using Distributed.Data.Encodings;
using Distributed.Data.Images;
using Distributed.Data.Tables;

namespace Distributed.Data.Sets;

/// <summary>A table of a file that was parsed once, to be described and then learned from.</summary>
public sealed class ParsedTable
{
    private readonly RawTable _table;
    private readonly IReadOnlyList<DataNote> _notes;
    private readonly TableFormat _format;

    private ParsedTable(RawTable table, IReadOnlyList<DataNote> notes, TableFormat format, DataProfile profile) =>
        (_table, _notes, _format, Profile) = (table, notes, format, profile);

    /// <summary>What is in it.</summary>
    public DataProfile Profile { get; }

    /// <summary>Cells that are held in memory, about 12 bytes each.</summary>
    public long Cells => (long)_table.Rows * _table.Columns.Count;

    /// <summary>Parses a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="format">How it is written; null: found out.</param>
    /// <exception cref="DataException">It cannot be read as a table.</exception>
    public static ParsedTable Of(string file, TableFormat? format = null)
    {
        if (!TableFiles.Matches(file) && ImageFiles.IsIdx(file)) throw new DataException("this is an IDX file and no table", "images are uploaded together with their labels");
        format ??= new TableFormat();
        var reader = new FoundTables(file, format);
        var (table, profile) = SurveyedTables.Survey(reader, format);
        return new ParsedTable(table, reader.Notes, format, profile);
    }

    /// <summary>Whether settings would read the cells as they were read here; what columns are taken for is decided later.</summary>
    internal bool IsReadBy(DataSettings settings) =>
        DataRules.Of(settings.Rules).Surveys && CellsOf(settings.Format ?? new TableFormat()) == CellsOf(_format)
        && (settings.Format?.Missing ?? []).SequenceEqual(_format.Missing ?? [], StringComparer.Ordinal);

    /// <summary>The table at the place where the file is now.</summary>
    internal ITableSource At(string file) => new Source(this, new FoundTables(file, _format));

    private static TableFormat CellsOf(TableFormat format) => format with { Columns = null, Decimal = null, Missing = null };

    /// <summary>A survey is in memory; what was not kept of it is read from the file.</summary>
    private sealed class Source(ParsedTable parsed, FoundTables file) : ITableSource
    {
        public string Name => file.Name;

        public IReadOnlyList<DataNote> Notes => parsed._notes;

        public RawTable Read(CsvPlan plan)
        {
            if (!plan.IsSurvey) return file.Read(plan);
            var selected = plan.Select(parsed._table.Names);
            return new RawTable(file.Name, [.. parsed._table.Columns.Where((_, i) => selected[i])], parsed._table.Names, parsed._table.Lines);
        }
    }
}
