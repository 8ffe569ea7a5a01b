namespace Distributed.Data.Tables;

/// <summary>Versions 1 and 2: numbers with a decimal point alone; once a column has too many different texts, none is indexed any more.</summary>
internal sealed class PlainReading : ICellReading
{
    /// <summary>The only one that is needed.</summary>
    public static PlainReading Instance { get; } = new();

    /// <inheritdoc/>
    public CellKind Read(string cell, out double number) => CellNumber.Read(cell, out number);

    /// <inheritdoc/>
    public ITextIndex NewIndex() => new Index();

    private sealed class Index : ITextIndex
    {
        private readonly List<string> _texts = [];
        private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Texts => _texts;

        public bool HasMore { get; private set; }

        public int Find(string text) => !HasMore && _indexOf.TryGetValue(text, out var index) ? index : -1;

        public int Add(string text, CellKind kind)
        {
            HasMore |= _texts.Count == RawColumn.MostTexts;
            if (HasMore)
                return -1;
            _indexOf.Add(text, _texts.Count);
            _texts.Add(text);
            return _texts.Count - 1;
        }
    }
}
