namespace Distributed.Data.Tables;

/// <summary>How a column's cells become numbers and texts.</summary>
internal interface ICellReading
{
    /// <summary>Reads a cell without surrounding blanks; the same cell always gives the same answer.</summary>
    /// <param name="cell">The text.</param>
    /// <param name="number">The number; NaN for any other text.</param>
    CellKind Read(string cell, out double number);

    /// <summary>The same for cells that are numbers by their type and so have a decimal point.</summary>
    ICellReading OfNumbers() => this;

    /// <summary>Told that the rows of another column, read by another reading of the same kind, are appended.</summary>
    void Absorb(RawColumn other)
    {
    }

    /// <summary>A new index of a column's different texts.</summary>
    ITextIndex NewIndex();
}

/// <summary>The different texts of a column, up to a bound.</summary>
internal interface ITextIndex
{
    /// <summary>The texts in the order of their first appearance.</summary>
    IReadOnlyList<string> Texts { get; }

    /// <summary>Whether there were more than it holds.</summary>
    bool HasMore { get; }

    /// <summary>The index of a text that it holds; −1 otherwise.</summary>
    int Find(string text);

    /// <summary>Takes a text that it does not hold.</summary>
    /// <returns>Its index; −1 where the bound leaves no room.</returns>
    int Add(string text, CellKind kind);
}
