using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Distributed.Data.Compressed;

namespace Distributed.Data.Formats;

/// <summary>The columns of an Arrow IPC file or stream (Feather version 2 too), record batch by record batch.</summary>
internal sealed class ArrowColumns : IColumnSource, IDisposable
{
    private readonly string _what;
    private readonly string _file;
    private readonly Stream _content;
    private readonly ArrowStreamReader _reader;
    private readonly (int Index, Field Field)[] _fields;

    /// <summary>Opens a file.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public ArrowColumns(OpenedFile file, FileFormat format)
    {
        (_file, _what) = (file.Name, format == FileFormat.ArrowFile ? "Arrow file" : "Arrow stream");
        _content = SeekableContent.Of(file);
        try
        {
            var memory = new BoundedArrowMemory(_content.Length);
            var compression = new CompressionCodecFactory();
            _reader = format == FileFormat.ArrowFile
                ? new ArrowFileReader(_content, memory, compression, leaveOpen: true)
                : new ArrowStreamReader(_content, memory, compression, leaveOpen: true);
            var schema = Guarded(() => _reader.GetSchema().AsTask().GetAwaiter().GetResult());
            _fields = [.. schema.FieldsList.Index().Where(field => !FileFormats.IsPandasIndex(field.Item.Name))];
            Notes = [.. schema.FieldsList.Where(field => FileFormats.IsPandasIndex(field.Name)).Select(field => FileFormats.IndexNote(field.Name))];
        }
        catch
        {
            _content.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceColumn> Columns => [.. _fields.Select(column => new SourceColumn(column.Field.Name, HoldsNumbers(column.Field.DataType)))];

    /// <inheritdoc/>
    public IReadOnlyList<DataNote> Notes { get; }

    /// <inheritdoc/>
    public IEnumerable<IColumnPart> Parts
    {
        get
        {
            while (Guarded(_reader.ReadNextRecordBatch) is { } batch)
            {
                using (batch)
                    yield return new Part(this, batch);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _content.Dispose();
    }

    private static bool HoldsNumbers(IArrowType type) => type switch
    {
        DictionaryType dictionary => HoldsNumbers(dictionary.ValueType),
        Decimal128Type or Decimal256Type => true,
        _ => type.TypeId is >= ArrowTypeId.UInt8 and <= ArrowTypeId.Double,
    };

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not DataException)
        {
            throw FileFormats.Damaged(_what, _file, error);
        }
    }

    private sealed class Part(ArrowColumns file, RecordBatch batch) : IColumnPart
    {
        public int Rows => batch.Length;

        public IEnumerable<string> Cells(int column)
        {
            var (index, field) = file._fields[column];
            var cell = file.Guarded(() =>
            {
                var array = batch.Column(index);
                if (array.Length != batch.Length)
                    throw new InvalidDataException($"column {field.Name} has {array.Length} values in {batch.Length} rows");
                return ArrowCells.Of(array);
            }) ?? throw new DataException($"the column holds values of the type {field.DataType.Name}", "ignore it, or write it as text", file._file, column: field.Name);
            for (var row = 0; row < batch.Length; row++)
                yield return file.Guarded(() => cell(row));
        }
    }
}
