using Distributed.Data.Compressed;
using Parquet;
using Parquet.Schema;

namespace Distributed.Data.Formats;

/// <summary>The columns of a Parquet file, row group by row group, one column at a time in memory. Columns of lists or structures are no cells.</summary>
internal sealed class ParquetColumns : IColumnSource, IDisposable
{
    private const string What = "Parquet file";

    private readonly string _file;
    private readonly Stream _content;
    private readonly ParquetReader _reader;
    private readonly Field[] _fields;

    /// <summary>Opens a file.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public ParquetColumns(OpenedFile file)
    {
        _file = file.Name;
        _content = SeekableContent.Of(file);
        try
        {
            _reader = Guarded(() => Wait(ParquetReader.CreateAsync(_content, new ParquetOptions { TreatByteArrayAsString = true }, leaveStreamOpen: true)));
            var fields = Guarded(() => _reader.Schema.Fields);
            _fields = [.. fields.Where(field => !FileFormats.IsPandasIndex(field.Name))];
            Notes = [.. fields.Where(field => FileFormats.IsPandasIndex(field.Name)).Select(field => FileFormats.IndexNote(field.Name))];
        }
        catch
        {
            _content.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceColumn> Columns => [.. _fields.Select(column => new SourceColumn(column.Name, column is DataField data && HoldsNumbers(data.ClrType)))];

    /// <inheritdoc/>
    public IReadOnlyList<DataNote> Notes { get; }

    /// <inheritdoc/>
    public IEnumerable<IColumnPart> Parts
    {
        get
        {
            for (var group = 0; group < _reader.RowGroupCount; group++)
            {
                using var rows = Guarded(() => _reader.OpenRowGroupReader(group));
                if (rows.RowCount is < 0 or > DataLimits.Rows)
                    throw new DataException($"row group {group + 1} has {rows.RowCount} rows (at most {DataLimits.Rows} are read)", "write smaller groups", _file);
                yield return new Part(this, rows);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Wait(_reader.DisposeAsync().AsTask());
        _content.Dispose();
    }

    /// <summary>The content is read synchronously, so its tasks are done.</summary>
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static bool HoldsNumbers(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not DataException)
        {
            throw FileFormats.Damaged(What, _file, error);
        }
    }

    private sealed class Part(ParquetColumns file, ParquetRowGroupReader rows) : IColumnPart
    {
        public int Rows => (int)rows.RowCount;

        public IEnumerable<string> Cells(int column)
        {
            var field = file._fields[column] as DataField;
            if (field is null || field.IsArray || field.MaxRepetitionLevel > 0)
                throw new DataException("the column holds lists or structures", "ignore it, or write a column for each of its values", file._file, column: file._fields[column].Name);
            return file.Guarded(() =>
            {
                if (rows.GetMetadata(field)?.MetaData?.NumValues is { } values && values != rows.RowCount)
                    throw new InvalidDataException($"column {field.Name} has {values} values in {rows.RowCount} rows");
                return Read(field);
            });
        }

        private IEnumerable<string> Read(DataField field)
        {
            var type = field.ClrType;
            if (type == typeof(string) || type == typeof(ReadOnlyMemory<char>))
                return Texts(field);
            if (type == typeof(DateTime))
                return Values<DateTime>(field, CellText.OfMoment);
            if (type == typeof(DateOnly))
                return Values<DateOnly>(field, day => CellText.OfMoment(day.ToDateTime(TimeOnly.MinValue)));
            if (type == typeof(double))
                return Values<double>(field, CellText.OfNumber);
            if (type == typeof(float))
                return Values<float>(field, CellText.OfNumber);
            return Type.GetTypeCode(type) switch
            {
                TypeCode.Boolean => Values<bool>(field, value => CellText.Of(value)),
                TypeCode.SByte => Formatted<sbyte>(field),
                TypeCode.Byte => Formatted<byte>(field),
                TypeCode.Int16 => Formatted<short>(field),
                TypeCode.UInt16 => Formatted<ushort>(field),
                TypeCode.Int32 => Formatted<int>(field),
                TypeCode.UInt32 => Formatted<uint>(field),
                TypeCode.Int64 => Formatted<long>(field),
                TypeCode.UInt64 => Formatted<ulong>(field),
                TypeCode.Decimal => Formatted<decimal>(field),
                _ when type == typeof(TimeOnly) => Formatted<TimeOnly>(field),
                _ when type == typeof(TimeSpan) => Values<TimeSpan>(field, value => CellText.Of(value)),
                _ when type == typeof(Guid) => Formatted<Guid>(field),
                _ => throw new DataException($"the column holds values of the type {type.Name}", "ignore it, or write it as text", file._file, column: field.Name),
            };
        }

        private string[] Texts(DataField field)
        {
            var texts = new string?[Rows];
            Wait(rows.ReadAsync(field, texts.AsMemory()!).AsTask());
            return Array.ConvertAll(texts, text => text ?? "");
        }

        private IEnumerable<string> Formatted<T>(DataField field) where T : struct, IFormattable => Values<T>(field, value => CellText.OfInvariant(value));

        private IEnumerable<string> Values<T>(DataField field, Func<T, string> text) where T : struct
        {
            var values = new T?[Rows];
            Wait(rows.ReadAsync<T>(field, values.AsMemory()).AsTask());
            return values.Select(value => value is { } present ? text(present) : "");
        }
    }
}
