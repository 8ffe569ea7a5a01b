using System.Text.Json.Serialization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>
/// How raw rows become network inputs and what the outputs mean. Fitted on the training part, kept with the model, so that a
/// prediction takes rows as they are in the file. Either <see cref="Image"/> or <see cref="Columns"/> is set.
/// </summary>
public sealed record FeatureEncoding
{
    /// <summary>
    /// The version of the rules by which a table was read (<see cref="DataSettings.Rules"/>), and by which rows to predict and labels to
    /// evaluate are read again; null: 1, and for images.
    /// </summary>
    public int? Rules { get; init; }

    /// <summary>How tables were said to be written (<see cref="DataSettings.Format"/>); rows to predict are read so too.</summary>
    public TableFormat? Format { get; init; }

    /// <summary>Set when the samples are images.</summary>
    public ImageEncoding? Image { get; init; }

    /// <summary>A table's columns in the order of their inputs; columns that were left out are not here.</summary>
    public IReadOnlyList<ColumnEncoding> Columns { get; init; } = [];

    /// <summary>What the network's outputs mean.</summary>
    public required TargetEncoding Target { get; init; }

    /// <summary>
    /// Whether rows to predict are refused that hold a text that is no category, or something unreadable in a column of numbers or dates; otherwise
    /// the first is read as an unseen text and the second as missing (rules from version 3 on; older ones always refuse). Missing cells are
    /// not refused, unless no training row lacked a text there. Belongs to the asking, not to the model: it is not stored.
    /// </summary>
    [JsonIgnore]
    public bool IsStrict { get; init; }

    /// <summary>Network inputs of a sample.</summary>
    [JsonIgnore]
    public int Inputs => Image?.Pixels ?? Columns.Sum(column => column.Inputs);

    /// <summary>Network outputs of a sample.</summary>
    [JsonIgnore]
    public int Outputs => Target.Outputs;

    /// <summary>
    /// The columns whose numbers have a comma before the decimals. Their cells are texts in that notation, so a number of JSON or of a program is
    /// written so before it is read as one: 3.125 as a text would be three thousand one hundred and twenty-five.
    /// </summary>
    [JsonIgnore]
    public IReadOnlySet<string> CommaColumns =>
        Columns.Where(column => column.Tolerance is { Notation: NumberNotation.Comma }).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The task.</summary>
    [JsonIgnore]
    public TaskKind Task => Target.Task;

    /// <summary>The columns of a table that the inputs are read from; an image's pixels are columns too (pixel0, pixel1, …).</summary>
    internal IReadOnlyList<ColumnEncoding> TableColumns => Image is { } image
        ? [.. Enumerable.Range(0, image.Pixels).Select(i => new ColumnEncoding
        {
            Name = ImageEncoding.PixelName(i),
            Kind = ColumnKind.Number,
            Image = image,
        })]
        : Columns;

    /// <summary>
    /// The inputs of a row of which nothing is known: each number and date is the training median (by rules before version 3 the mean), each text one
    /// that was never seen.
    /// </summary>
    /// <param name="inputs">Receives <see cref="Inputs"/> values of a table; may be longer.</param>
    /// <exception cref="InvalidOperationException">The samples are images.</exception>
    public void EncodeUnknownRow(Span<float> inputs)
    {
        if (Image is not null)
            throw new InvalidOperationException("An image has no columns.");
        inputs = inputs[..Inputs];
        inputs.Clear();
        foreach (var column in Columns)
        {
            column.EncodeUnknown(inputs[..column.Inputs]);
            inputs = inputs[column.Inputs..];
        }
    }

    /// <summary>The error in an encoding from outside.</summary>
    /// <returns>A sentence, or null when the encoding can be used.</returns>
    public string? Validate() => EncodingRules.Check(this);

    /// <summary>Encodes one raw row.</summary>
    /// <param name="row">Each column's cell, as in the file; other entries are ignored.</param>
    /// <param name="inputs">Receives <see cref="Inputs"/> values; may be longer.</param>
    /// <exception cref="DataException">A column is missing, or a cell does not fit its column.</exception>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> is too short.</exception>
    public void EncodeRow(IReadOnlyDictionary<string, string> row, Span<float> inputs)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (inputs.Length < Inputs)
            throw new ArgumentException($"{Inputs} inputs do not fit into {inputs.Length} places.", nameof(inputs));
        var offset = 0;
        var marks = Format?.Missing is { } named ? new MissingMarks(named) : MissingMarks.Usual;
        foreach (var column in TableColumns)
        {
            if (!row.TryGetValue(column.Name, out var cell) || (cell is null && !column.IsTolerant))
                throw new DataException("the row lacks this column", "its columns are " + RawTable.List(row.Keys), column: column.Name);
            RowCell.Encode(column, (cell ?? "").Trim(), marks, IsStrict, inputs.Slice(offset, column.Inputs));
            offset += column.Inputs;
        }
    }
}
