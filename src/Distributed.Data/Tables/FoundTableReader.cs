using System.Text;
using Distributed.Data.Compressed;
using Distributed.Data.Formats;

namespace Distributed.Data.Tables;

/// <summary>
/// Version 3: finds out how a table's text is written. The encoding: by byte order mark, by the zero bytes of UTF-16, otherwise UTF-8, and
/// Windows-1252 where it is not that. The delimiter: from a line <c>sep=;</c>, or the one of comma, semicolon, tab and vertical bar that cuts
/// the first lines most evenly. Lines before the header that begin with # are comments. JSON is read as <see cref="JsonRows"/>, and formats that
/// are no text by their readers.
/// </summary>
/// <param name="open">Opens the file anew each time.</param>
/// <param name="format">What the settings say.</param>
internal sealed class FoundTableReader(Func<OpenedFile> open, TableFormat format)
{
    private const int SampleCharacters = DataLimits.CellLength * 100;

    private TextEncoding? _encoding;
    private FileFormat? _format;
    private bool? _isJson;

    /// <summary>Remarks for the user, after a reading.</summary>
    public List<DataNote> Notes { get; } = [];

    /// <summary>Reads the table.</summary>
    /// <exception cref="DataException">The file cannot be read as a table.</exception>
    public RawTable Read(CsvPlan plan)
    {
        if (_isJson is null)
        {
            var sample = Sample();
            _format = FileFormats.Of(sample);
            OtherFormats.Refuse(sample, plan.File);
            _isJson = _format is null && format.Delimiter is null && format.NoHeader != true && JsonRows.BeginsLike(sample);
        }

        var table = _format is { } known ? Read(plan, known) : _isJson.Value ? ReadJson(plan) : ReadText(plan);
        if (format.Sheet is not null && _format != FileFormat.Workbook)
            Notes.Add(new DataNote("the file is no workbook, so it has no sheets to choose from"));
        return table;
    }

    private RawTable ReadText(CsvPlan plan)
    {
        _encoding ??= format.Encoding is { } name ? TextEncoding.Named(name) : FindEncoding();
        try
        {
            return Read(plan, _encoding.Value);
        }
        catch (DecoderFallbackException error)
        {
            if (format.Encoding is not null || _encoding.Value != TextEncoding.Utf8 || IsBinary())
                throw new DataException(
                    $"the file is not {(_encoding.Value == TextEncoding.Utf8 ? "" : _encoding.Value.Encoding.WebName + " ")}text", "save it as CSV in UTF-8", plan.File, inner: error);
            _encoding = TextEncoding.Western;
            return Read(plan, TextEncoding.Western);
        }
    }

    private RawTable Read(CsvPlan plan, FileFormat known)
    {
        try
        {
            using var file = open();
            if (known == FileFormat.Workbook)
            {
                using var sheet = new SheetRows(file, format.NoHeader != true, format.Sheet);
                Tell(sheet.Notes);
                return RowTableReader.Read(sheet, plan);
            }

            if (known == FileFormat.Parquet)
            {
                using var parquet = new ParquetColumns(file);
                Tell(parquet.Notes);
                return RowTableReader.Read(parquet, plan);
            }

            using var arrow = new ArrowColumns(file, known);
            Tell(arrow.Notes);
            return RowTableReader.Read(arrow, plan);
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: plan.File, inner: error);
        }
    }

    private void Tell(IEnumerable<DataNote> notes)
    {
        Notes.Clear();
        Notes.AddRange(notes);
    }

    private RawTable ReadJson(CsvPlan plan)
    {
        try
        {
            return RowTableReader.Read(new JsonRows(open), plan);
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: plan.File, inner: error);
        }
    }

    private RawTable Read(CsvPlan plan, TextEncoding encoding)
    {
        using var file = open();
        try
        {
            using var text = new StreamReader(file.Content, encoding.Encoding, detectEncodingFromByteOrderMarks: true, 1 << 16, leaveOpen: true);
            var buffer = new char[SampleCharacters];
            var length = text.ReadBlock(buffer, 0, buffer.Length);
            var sample = new string(buffer, 0, length);
            if (length == buffer.Length && sample.AsSpan().IndexOfAny('\n', '\r') < 0)
                throw new DataException("the first line does not end", "a table with a header line is needed", plan.File, 1);
            var dialect = TableDialect.Of(sample, length < buffer.Length, format.Delimiter);
            var lines = sample.AsSpan(0, dialect.Skipped).Count('\n');
            lines = lines > 0 ? lines : sample.AsSpan(0, dialect.Skipped).Count('\r');
            using var whole = new PrefixedReader(new string('\n', lines) + sample[dialect.Skipped..], text);
            var table = CsvTableReader.Read(
                whole, dialect.Delimiter, plan with { HasHeader = format.NoHeader != true, SkipsComments = true });
            Tell(encoding.Note is { } note ? [note] : []);
            if (dialect.Comments > 0)
                Notes.Add(new DataNote(dialect.Comments == 1 ? "a comment line before the header is left out" : $"{dialect.Comments} comment lines before the header are left out"));
            return table;
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: plan.File, inner: error);
        }
    }

    private TextEncoding FindEncoding() => TextEncoding.Of(Sample());

    private bool IsBinary() => TextEncoding.LooksBinary(Sample());

    private byte[] Sample()
    {
        using var file = open();
        try
        {
            var bytes = new byte[TextEncoding.SampleBytes];
            return bytes[..file.Content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: file.Name, inner: error);
        }
    }
}
