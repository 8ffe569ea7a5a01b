using System.Globalization;
using Distributed.Protocol.Identity;

namespace Distributed.Jobs.Submission;

/// <summary>The values that a setting can have.</summary>
/// <typeparam name="T">The type; nullable.</typeparam>
internal abstract record SettingType<T>
{
    /// <summary>Reads a value.</summary>
    /// <param name="setting">The setting, for messages.</param>
    /// <param name="text">As given, trimmed and not empty.</param>
    /// <exception cref="SettingException">It is of another type, or out of bounds.</exception>
    public abstract T Read(Setting setting, string text);

    /// <summary>Checks a value that a program gives.</summary>
    /// <param name="setting">The setting, for messages.</param>
    /// <param name="value">As given.</param>
    /// <exception cref="SettingException">It is empty, or out of bounds.</exception>
    public virtual T Accept(Setting setting, T value) => (T)setting.Read(Write(value));

    /// <summary>A value as <see cref="Read"/> reads it.</summary>
    public virtual string Write(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");

    /// <summary>The names of a fixed choice; null for any other values.</summary>
    public virtual IReadOnlyList<string>? Names => null;

    private protected static SettingException Wrong(Setting setting, string what) => new(setting, $"{setting}: {what}");
}

/// <summary>Any text.</summary>
internal sealed record TextType : SettingType<string?>
{
    public override string Read(Setting setting, string text) => text;
}

/// <summary>Texts separated by commas; one with a comma stands in quotation marks.</summary>
internal sealed record WordsType : SettingType<IReadOnlyList<string>?>
{
    public override IReadOnlyList<string> Read(Setting setting, string text) =>
        [.. QuotedWords.Split(text).Where(word => word.Length > 0)];

    /// <summary>A program's texts may hold commas.</summary>
    public override IReadOnlyList<string> Accept(Setting setting, IReadOnlyList<string>? value) =>
        [.. (value ?? []).Select(word => string.IsNullOrWhiteSpace(word) ? (string)setting.Read("") : word.Trim())];

    public override string Write(IReadOnlyList<string>? value) => QuotedWords.Join(value ?? []);
}

/// <summary>A whole number within bounds.</summary>
internal sealed record IntegerType(int Least, int Most = int.MaxValue) : SettingType<int?>
{
    public override int? Read(Setting setting, string text)
    {
        if (!long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Wrong(setting, $"'{text}' is not a whole number");
        return number >= Least && number <= Most
            ? (int)number
            : throw Wrong(setting, string.Create(CultureInfo.InvariantCulture, $"{text} is out of range: must be {(Most == int.MaxValue ? $"at least {Least}" : $"between {Least} and {Most:#,0}")}"));
    }
}

/// <summary>A whole number of 64 bits.</summary>
internal sealed record SeedType : SettingType<ulong?>
{
    public override ulong? Read(Setting setting, string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Wrong(setting, $"'{text}' is not a whole number from 0 to {ulong.MaxValue}");
}

/// <summary>A finite number within bounds.</summary>
internal sealed record RealType : SettingType<double?>
{
    public double? Least { get; init; }

    public double? Most { get; init; }

    /// <summary>Whether <see cref="Least"/> itself is too small.</summary>
    public bool IsLeastOutside { get; init; }

    /// <summary>Whether <see cref="Most"/> itself is too large.</summary>
    public bool IsMostOutside { get; init; }

    /// <summary>Says what a number means, such as "0.96 is 96 %".</summary>
    public string? Example { get; init; }

    public override double? Read(Setting setting, string text)
    {
        if (!TryRead(text, out var number)) throw Wrong(setting, $"'{text}' is not a number");
        if (number < Least || number > Most || (IsLeastOutside && number == Least) || (IsMostOutside && number == Most))
            throw Wrong(setting, $"{text} is out of range: must be {Bounds}{(Example is null ? "" : $" ({Example})")}");
        return number;
    }

    public static bool TryRead(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private string Bounds => this switch
    {
        { Least: { } least, Most: { } most, IsLeastOutside: false, IsMostOutside: false } => FormattableString.Invariant($"between {least} and {most}"),
        _ => string.Join(" and ", ((string?[])[Side(Least, IsLeastOutside, "above", "at least"), Side(Most, IsMostOutside, "below", "at most")]).OfType<string>()),
    };

    private static string? Side(double? bound, bool isOutside, string outside, string inside) =>
        bound is null ? null : FormattableString.Invariant($"{(isOutside ? outside : inside)} {bound}");
}

/// <summary>Whole numbers separated by commas, or "none".</summary>
internal sealed record SizesType(int Most) : SettingType<IReadOnlyList<int>?>
{
    public override IReadOnlyList<int> Read(Setting setting, string text) =>
        text is "none" ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Size(setting, part))];

    public override string Write(IReadOnlyList<int>? value) => value is { Count: > 0 } ? string.Join(',', value) : "none";

    private int Size(Setting setting, string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= Most
            ? size
            : throw Wrong(setting, string.Create(CultureInfo.InvariantCulture, $"'{part}' is not a size: expected whole numbers between 1 and {Most:#,0} separated by commas, such as 64,32, or 'none'"));
}

/// <summary>One of several names.</summary>
internal sealed record ChoiceType<T>(IReadOnlyList<(string Name, T Value)> Choices) : SettingType<T?> where T : struct
{
    public override IReadOnlyList<string> Names => [.. Choices.Select(choice => choice.Name)];

    public override T? Read(Setting setting, string text)
    {
        // An answer of the API spells leaky-relu LeakyRelu; what was answered may be submitted again.
        foreach (var choice in Choices)
            if (string.Equals(Plain(choice.Name), Plain(text), StringComparison.OrdinalIgnoreCase)) return choice.Value;
        throw Wrong(setting, $"'{text}' is unknown{NearestName.Hint(text, Names)} (one of {string.Join(", ", Names)})");
    }

    public override string Write(T? value)
    {
        foreach (var choice in Choices)
            if (EqualityComparer<T?>.Default.Equals(choice.Value, value)) return choice.Name;
        return base.Write(value);
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>The name of a job.</summary>
internal sealed record JobNameType : SettingType<JobId?>
{
    public override JobId? Read(Setting setting, string text) => JobId.TryParse(text, out var id)
        ? id
        : throw Wrong(setting, $"'{text}' is not a job name: expected up to {JobId.MaximumLength} characters of a-z, 0-9 and '-', beginning with a letter or digit");
}
