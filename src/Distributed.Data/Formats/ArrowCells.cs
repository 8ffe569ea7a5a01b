using Apache.Arrow;
using Apache.Arrow.Types;

namespace Distributed.Data.Formats;

/// <summary>The texts of an Arrow array's values.</summary>
internal static class ArrowCells
{
    /// <summary>Gives the text of a row's value, "" for null; null for a type that holds no cells.</summary>
    public static Func<int, string>? Of(IArrowArray array) => array switch
    {
        // GetString follows a damaged offset out of its buffer; GetBytes does not.
        StringArray texts => row => TextOf(texts.GetBytes(row)),
        LargeStringArray texts => row => TextOf(texts.GetBytes(row)),
        StringViewArray texts => row => TextOf(texts.GetBytes(row)),
        DoubleArray numbers => row => numbers.GetValue(row) is { } value ? CellText.OfNumber(value) : "",
        FloatArray numbers => row => numbers.GetValue(row) is { } value ? CellText.OfNumber(value) : "",
        HalfFloatArray numbers => row => numbers.GetValue(row) is { } value ? CellText.OfNumber((float)value) : "",
        Int8Array numbers => OfValues(numbers),
        UInt8Array numbers => OfValues(numbers),
        Int16Array numbers => OfValues(numbers),
        UInt16Array numbers => OfValues(numbers),
        Int32Array numbers => OfValues(numbers),
        UInt32Array numbers => OfValues(numbers),
        Int64Array numbers => OfValues(numbers),
        UInt64Array numbers => OfValues(numbers),
        Decimal128Array numbers => row => numbers.GetString(row) ?? "",
        Decimal256Array numbers => row => numbers.GetString(row) ?? "",
        BooleanArray flags => row => flags.GetValue(row) is { } value ? CellText.Of(value) : "",
        Date32Array days => row => days.GetDateTime(row) is { } day ? CellText.OfMoment(day) : "",
        Date64Array days => row => days.GetDateTime(row) is { } day ? CellText.OfMoment(day) : "",
        TimestampArray moments => row => moments.GetTimestamp(row) is { } moment ? CellText.OfMoment(moment.UtcDateTime) : "",
        NullArray => _ => "",
        DictionaryArray dictionary => OfDictionary(dictionary),
        _ => null,
    };

    private static string TextOf(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static Func<int, string> OfValues<T>(PrimitiveArray<T> values) where T : struct, IEquatable<T>, IFormattable =>
        row => values.GetValue(row) is { } value ? CellText.OfInvariant(value) : "";

    /// <summary>Each value of a dictionary becomes a text once.</summary>
    private static Func<int, string>? OfDictionary(DictionaryArray dictionary)
    {
        if (Of(dictionary.Dictionary) is not { } textOf)
            return null;
        var texts = Enumerable.Range(0, dictionary.Dictionary.Length).Select(textOf).ToArray();
        var (indices, type) = (Of(dictionary.Indices), ((DictionaryType)dictionary.Data.DataType).IndexType.TypeId);
        return indices is null || type is ArrowTypeId.String
            ? null
            : row => indices(row) is { Length: > 0 } index ? texts[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)] : "";
    }
}
