using Distributed.Data.Compressed;

namespace Distributed.Data.Tables;

/// <summary>Reads the files of a source as one table: the rows behind one another, the columns by their names.</summary>
/// <param name="source">A file, or a pattern.</param>
/// <param name="format">What the settings say.</param>
internal sealed class FoundTables(string source, TableFormat format) : ITableSource
{
    private readonly (string File, FoundTableReader Reader)[] _files =
        [.. TableFiles.Of(source).Select(file => (file, new FoundTableReader(() => OpenedFile.Open(file), format)))];

    /// <inheritdoc/>
    public string Name => source;

    /// <inheritdoc/>
    public IReadOnlyList<DataNote> Notes =>
    [
        .. _files.Length > 1
            ? [new DataNote($"{_files.Length} files are read as one table: {RawTable.List(_files.Select(file => Path.GetFileName(file.File)))}")]
            : Array.Empty<DataNote>(),
        .. _files.SelectMany(file => file.Reader.Notes).Distinct(),
    ];

    /// <inheritdoc/>
    /// <remarks>Refuses a file that lacks a column of the first.</remarks>
    public RawTable Read(CsvPlan plan)
    {
        var first = _files[0].Reader.Read(plan with { File = _files[0].File });
        if (_files.Length == 1)
            return first;
        var wanted = first.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        var lines = new List<int>(first.Lines);
        foreach (var (file, reader) in _files.Skip(1))
        {
            var next = reader.Read(plan with { File = file, Select = names => [.. names.Select(wanted.Contains)] });
            foreach (var column in first.Columns)
                column.Append(next.Find(column.Name) ?? throw new DataException(
                    "the file lacks this column, which the first one has", "its columns are " + RawTable.List(next.Names), file, 1, column.Name));
            lines.AddRange(next.Lines);
        }

        return new RawTable(source, first.Columns, first.Names, lines);
    }
}
