using System.Globalization;

namespace Distributed.Data.Rows;

/// <summary>What the columns of arrays are called.</summary>
internal static class ArrayColumns
{
    /// <summary>The column to predict.</summary>
    public const string Target = "y";

    /// <summary>The column of a position.</summary>
    public static string NameOf(int position) => string.Create(CultureInfo.InvariantCulture, $"x{position}");

    /// <summary>The position of a column; null when it is no array's.</summary>
    public static int? PositionOf(string name) =>
        name.StartsWith('x') && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && NameOf(position) == name
            ? position
            : null;
}
