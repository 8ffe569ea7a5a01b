using System.Globalization;
using System.Text;
using Distributed.Data.Compressed;
using ExcelDataReader;

namespace Distributed.Data.Formats;

/// <summary>
/// A sheet of an Excel workbook (.xlsx), the first unless another is named. The first row that holds anything names the columns; empty rows and empty columns behind the last
/// name do not count. Formulas count as the values that are stored with them; errors are missing.
/// </summary>
internal sealed class SheetRows : IRowSource, IDisposable
{
    /// <summary>Unpacked bytes of a workbook: its texts are held in memory.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>More sheets than these are not counted.</summary>
    private const int MostSheets = 10_000;

    private const int MostNamed = 20;

    private readonly string _file;
    private readonly Stream _content;
    private readonly IExcelDataReader _reader;
    private readonly bool _hasHeader;
    private readonly int _sheet;
    private readonly List<DataNote> _notes = [];

    static SheetRows() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance); // the library asks for Windows-1252, used or not

    /// <summary>Opens a workbook and reads it once, to learn its columns.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hasHeader">False: the first row is data, and the columns are c1, c2, ….</param>
    /// <param name="sheet">The sheet's name, or its number from 1; null: the first.</param>
    /// <exception cref="DataException">It is damaged, or has no such sheet.</exception>
    public SheetRows(OpenedFile file, bool hasHeader, string? sheet)
    {
        (_file, _hasHeader) = (file.Name, hasHeader);
        _content = SeekableContent.Of(file);
        try
        {
            ZipReader.Check(_content, _file, MostBytes);
            _reader = Guarded(() => ExcelReaderFactory.CreateOpenXmlReader(_content, new ExcelReaderConfiguration { LeaveOpen = true }));
            var names = Names();
            _sheet = sheet is null ? 0 : Find(names, sheet);
            if (sheet is null && names.Count > 1)
                _notes.Add(new DataNote(
                    string.Create(CultureInfo.InvariantCulture, $"the workbook has {names.Count} sheets, and the first, \"{names[0]}\", is read"),
                    new SettingHint("sheet", "2", "reads the second")));
            Columns = FindColumns();
        }
        catch
        {
            _content.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceColumn> Columns { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DataNote> Notes => _notes;

    /// <inheritdoc/>
    public IEnumerable<SourceRow> Rows
    {
        get
        {
            var isHeader = _hasHeader;
            foreach (var (line, values) in Filled())
            {
                if (!isHeader)
                    yield return new SourceRow(line, [.. Enumerable.Range(0, Columns.Count).Select(i => i < values.Length ? TextOf(values[i]) : "")]);
                isHeader = false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _content.Dispose();
    }

    private List<string> Names()
    {
        var names = new List<string>();
        do
            names.Add(Guarded(() => _reader.Name) ?? "");
        while (Guarded(_reader.NextResult) && names.Count < MostSheets);
        return names;
    }

    private int Find(List<string> names, string sheet)
    {
        var named = names.IndexOf(sheet);
        if (named >= 0)
            return named;
        return int.TryParse(sheet, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= names.Count
            ? number - 1
            : throw new DataException($"the workbook has no sheet \"{sheet}\"", $"its sheets are {string.Join(", ", names.Take(MostNamed).Select(name => $"\"{name}\""))}{(names.Count > MostNamed ? ", …" : "")}", _file);
    }

    private SourceColumn[] FindColumns()
    {
        object?[]? header = null;
        var kinds = new List<(bool AnyNumber, bool AnyOther)>();
        foreach (var (_, values) in Filled())
        {
            while (kinds.Count < values.Length)
                kinds.Add(default);
            if (_hasHeader && header is null)
            {
                header = values;
                continue;
            }

            for (var i = 0; i < values.Length; i++)
                if (values[i] is { } value)
                    kinds[i] = value is double or int ? (true, kinds[i].AnyOther) : (kinds[i].AnyNumber, true);
        }

        return [.. kinds.Select((kind, i) => new SourceColumn(
            !_hasHeader ? string.Create(CultureInfo.InvariantCulture, $"c{i + 1}") : i < header!.Length ? TextOf(header[i]) : "",
            kind is { AnyNumber: true, AnyOther: false }))];
    }

    /// <summary>The rows that hold anything, each up to its last value.</summary>
    private IEnumerable<(int Line, object?[] Values)> Filled()
    {
        Guarded(() =>
        {
            _reader.Reset();
            return Enumerable.Range(0, _sheet).All(_ => _reader.NextResult());
        });
        for (var line = 1; Guarded(_reader.Read); line++)
        {
            var values = Guarded(() =>
            {
                var count = _reader.FieldCount;
                while (count > 0 && IsEmpty(_reader.GetValue(count - 1)))
                    count--;
                return count > DataLimits.Columns
                    ? throw new DataException($"the row has {count} cells", $"at most {DataLimits.Columns} columns are read", _file, line)
                    : Enumerable.Range(0, count).Select(_reader.GetValue).ToArray();
            });
            if (values.Length > 0)
                yield return (line, values);
        }
    }

    private static bool IsEmpty(object? value) => value is null || (value is string text && string.IsNullOrWhiteSpace(text));

    private static string TextOf(object? value) => value switch
    {
        double number => CellText.OfNumber(number),
        DateTime moment => CellText.OfMoment(moment),
        _ => CellText.Of(value),
    };

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not DataException)
        {
            throw FileFormats.Damaged("Excel workbook", _file, error);
        }
    }
}
