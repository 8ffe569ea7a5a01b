namespace Distributed.Data.Rows;

/// <summary>The property to predict. Without one, it is the last property that is a column.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TargetAttribute : Attribute;

/// <summary>A property that is no column, such as an identifier.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IgnoreAttribute : Attribute;

/// <summary>A property of numbers to read as text (one-hot), such as a code.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TextAttribute : Attribute;

/// <summary>The column's name where it is not the property's.</summary>
/// <param name="name">The name, on one line.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ColumnAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}
