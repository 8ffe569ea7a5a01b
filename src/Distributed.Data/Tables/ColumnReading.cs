namespace Distributed.Data.Tables;

/// <summary>
/// Version 3: how the cells of a column are read once the column as a whole has decided what it holds. Number: in a notation; date: in an
/// order of parts; otherwise text.
/// </summary>
/// <param name="Use">What the column is taken for.</param>
/// <param name="Notation">Of numbers.</param>
/// <param name="Order">Of dates.</param>
/// <param name="Marks">What is missing.</param>
internal sealed record ColumnReading(ColumnUse Use, NumberNotation Notation, DateOrder Order, MissingMarks Marks) : ICellReading
{
    /// <summary>Different texts that are kept of a column of words.</summary>
    public const int MostWords = 100_000;

    /// <inheritdoc/>
    /// <remarks>What is no number in a column of numbers, and no date in a column of dates, is a missing one.</remarks>
    public CellKind Read(string cell, out double number)
    {
        number = double.NaN;
        if (Use == ColumnUse.Category)
            return Marks.InTexts(cell) ? CellKind.MissingWord : CellKind.Text;
        if (Marks.AreNamed(cell))
            return CellKind.MissingWord;
        if (Use == ColumnUse.Date)
            return WrittenDate.TryRead(cell, Order, out number, out _) ? CellKind.Number : Marks.InNumbers(cell) ? CellKind.MissingWord : CellKind.Text;
        if (Notation == NumberNotation.Point)
        {
            var kind = CellNumber.Read(cell, out number);
            if (kind is CellKind.Number)
                return kind;
        }

        if (WrittenNumber.TryRead(cell, Notation, out number))
            return CellKind.Number;
        return Marks.InNumbers(cell) ? CellKind.MissingWord : CellKind.Text;
    }

    /// <inheritdoc/>
    public ICellReading OfNumbers() => Use == ColumnUse.Number ? this with { Notation = NumberNotation.Point } : this;

    /// <inheritdoc/>
    public ITextIndex NewIndex() => new Index(Use == ColumnUse.Category);

    /// <summary>Many words are kept, and few different numbers; what is known is found also when no more are taken.</summary>
    private sealed class Index(bool numbersAreWords) : ITextIndex
    {
        private readonly List<string> _texts = [];
        private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
        private int _numbers;

        public IReadOnlyList<string> Texts => _texts;

        public bool HasMore { get; private set; }

        public int Find(string text) => _indexOf.GetValueOrDefault(text, -1);

        public int Add(string text, CellKind kind)
        {
            var isNumber = kind == CellKind.Number && !numbersAreWords;
            if (isNumber ? _numbers == RawColumn.MostTexts : _texts.Count - _numbers == MostWords)
            {
                HasMore = true;
                return -1;
            }

            _numbers += isNumber ? 1 : 0;
            _indexOf.Add(text, _texts.Count);
            _texts.Add(text);
            return _texts.Count - 1;
        }
    }
}
