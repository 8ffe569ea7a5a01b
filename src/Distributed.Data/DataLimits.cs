namespace Distributed.Data;

/// <summary>The bounds on data from outside. What is beyond them is refused with a message, never cut off.</summary>
public static class DataLimits
{
    /// <summary>Bytes of a table's text, unpacked: 4 GiB.</summary>
    public const long TableBytes = 4L << 30;

    /// <summary>Rows of a table.</summary>
    public const int Rows = 50_000_000;

    /// <summary>Columns of a table.</summary>
    public const int Columns = 10_000;

    /// <summary>Characters of a cell. A quotation mark that is never closed swallows the file up to here.</summary>
    public const int CellLength = 10_000;

    /// <summary>Different texts of a one-hot column.</summary>
    public const int Categories = 100;

    /// <summary>Classes of a target.</summary>
    public const int Classes = 1_000;

    /// <summary>The largest magnitude of a number: far inside double, so that no statistic overflows.</summary>
    public const double Magnitude = 1e100;

    /// <summary>Inputs of a network.</summary>
    public const int Inputs = 1_000_000;

    /// <summary>Values held at once (rows × inputs): what one array can hold.</summary>
    public static readonly long Values = Array.MaxLength;
}
