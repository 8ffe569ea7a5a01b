using System.Collections;
using System.Reflection;
using Distributed.Data.Formats;

namespace Distributed.Data.Rows;

/// <summary>
/// The columns of a type of rows: its public properties in the order of their declaration, those of a base type first, without the ignored ones.
/// </summary>
internal sealed class RowColumns
{
    private readonly PropertyInfo[] _properties;

    private RowColumns(PropertyInfo[] properties, string[] names) => (_properties, Names) = (properties, names);

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The column of the property with <see cref="TargetAttribute"/>; null without one.</summary>
    public string? Target => Marked<TargetAttribute>().SingleOrDefault();

    /// <summary>The columns of the properties with <see cref="TextAttribute"/>.</summary>
    public IReadOnlyList<string> Text => [.. Marked<TextAttribute>()];

    /// <summary>Reads a type.</summary>
    /// <exception cref="DataException">It has no columns, a property holds no cells, or two properties are targets.</exception>
    public static RowColumns Of(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && !property.IsDefined(typeof(IgnoreAttribute)))
            .OrderBy(property => Depth(property.DeclaringType)).ThenBy(property => property.MetadataToken).ToArray();
        if (typeof(IEnumerable).IsAssignableFrom(type) || properties.Length == 0)
            throw new DataException("the type has no properties to read as columns", "give rows of a class or record with a property for each column", type.Name);
        if (properties.FirstOrDefault(property => !CellText.CanHold(property.PropertyType)) is { } other)
            throw new DataException(
                $"a property of type {other.PropertyType.Name} is no column", "numbers, texts, booleans, enums and dates are; [Ignore] leaves a property out",
                type.Name, column: other.Name);
        var columns = new RowColumns(properties, [.. properties.Select(NameOf)]);
        return columns.Marked<TargetAttribute>().Count() <= 1
            ? columns
            : throw new DataException("two properties have [Target]", "mark the one to predict", type.Name);
    }

    /// <summary>The name of a property's column.</summary>
    public static string NameOf(PropertyInfo property) => (property.GetCustomAttribute<ColumnAttribute>()?.Name ?? property.Name).Trim();

    /// <summary>The text of one cell.</summary>
    public string Cell(object row, int column) => CellText.Of(_properties[column].GetValue(row));

    /// <summary>The cells of a row by their columns.</summary>
    /// <param name="row">The row.</param>
    /// <param name="commas">The columns whose numbers have a comma before the decimals.</param>
    public Dictionary<string, string> Cells(object row, IReadOnlySet<string> commas)
    {
        var cells = new Dictionary<string, string>(Names.Count, StringComparer.Ordinal);
        for (var i = 0; i < Names.Count; i++)
            cells[Names[i]] = commas.Contains(Names[i]) && _properties[i].GetValue(row) is var value && CellText.IsNumber(value) ? CellText.Of(value).Replace('.', ',') : Cell(row, i);
        return cells;
    }

    private static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);

    private IEnumerable<string> Marked<T>() where T : Attribute => _properties.Where(property => property.IsDefined(typeof(T))).Select(NameOf);
}
