using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>
/// What was given for the settings, as text, each with its origin (the flag, or the job file's member), and read with messages that name it.
/// </summary>
internal sealed class SettingValues
{
    private readonly Dictionary<string, (string Text, string Origin)> _given = new(StringComparer.Ordinal);

    /// <summary>Notes a value; the name is a <see cref="Setting"/>'s.</summary>
    public void Give(string name, string text, string origin) => _given[name] = (text, origin);

    /// <summary>Everything that was given.</summary>
    public IEnumerable<(string Name, string Text)> Given => _given.Select(entry => (entry.Key, entry.Value.Text));

    /// <summary>These values without some.</summary>
    public SettingValues Without(IReadOnlyCollection<string> names)
    {
        var rest = new SettingValues();
        foreach (var (name, value) in _given)
            if (!names.Contains(name)) rest._given[name] = value;
        return rest;
    }

    /// <summary>These values, and the other ones where these have none.</summary>
    public SettingValues Over(SettingValues others)
    {
        var merged = new SettingValues();
        foreach (var (name, value) in others._given) merged._given[name] = value;
        foreach (var (name, value) in _given) merged._given[name] = value;
        return merged;
    }

    /// <summary>Whether anything was given.</summary>
    public bool Has(string name) => _given.ContainsKey(name);

    /// <summary>The value's origin for a message: the flag or the job file's member.</summary>
    public string Origin(string name) => _given.TryGetValue(name, out var value) ? value.Origin : "--" + name;

    /// <summary>The text, or null when nothing was given.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public string? Text(string name)
    {
        if (!_given.TryGetValue(name, out var value)) return null;
        return string.IsNullOrWhiteSpace(value.Text) ? throw new UsageException($"{value.Origin} is empty: give it a value or leave it out") : value.Text.Trim();
    }

    /// <summary>A whole number, or null when nothing was given.</summary>
    /// <exception cref="UsageException">The value is not of this type, or out of bounds.</exception>
    public int? Integer(string name, int least, int most = int.MaxValue)
    {
        if (Text(name) is not { } text) return null;
        if (!long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Wrong(name, $"'{text}' is not a whole number");
        if (number < least || number > most)
            throw Wrong(name, $"{text} is out of bounds: {(most == int.MaxValue ? $"at least {least}" : $"between {least} and {most:#,0}")} would be right");
        return (int)number;
    }

    /// <summary>A whole number of 64 bits, or null when nothing was given.</summary>
    /// <exception cref="UsageException">The value is not of this type.</exception>
    public ulong? Seed(string name)
    {
        if (Text(name) is not { } text) return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(name, $"'{text}' is not a whole number from 0 to {ulong.MaxValue}");
    }

    /// <summary>A finite number, or null when nothing was given.</summary>
    /// <exception cref="UsageException">The value is not of this type, or the condition does not hold.</exception>
    public double? Real(string name, Func<double, bool>? holds = null, string right = "")
    {
        if (Text(name) is not { } text) return null;
        if (!TryReal(text, out var number)) throw Wrong(name, $"'{text}' is not a number");
        if (holds is not null && !holds(number)) throw Wrong(name, $"{text} is out of bounds: {right} would be right");
        return number;
    }

    /// <summary>Whole numbers separated by commas, or null when nothing was given; "none" for an empty list.</summary>
    /// <exception cref="UsageException">An element is not of this type, or out of bounds.</exception>
    public IReadOnlyList<int>? Sizes(string name, int most)
    {
        if (Text(name) is not { } text) return null;
        if (text is "none") return [];
        var sizes = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 1 || size > most)
                throw Wrong(name, $"'{part}' is not a size: whole numbers between 1 and {most:#,0} separated by commas would be right, such as 64,32, or 'none'");
            sizes.Add(size);
        }
        return sizes;
    }

    /// <summary>DisplayText separated by commas, or null when nothing was given.</summary>
    public IReadOnlyList<string>? DisplayText(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>One of several names, or null when nothing was given.</summary>
    /// <exception cref="UsageException">It is another; the message names the nearest.</exception>
    public T? Choice<T>(string name, IReadOnlyList<(string Name, T Value)> choices) where T : struct
    {
        if (Text(name) is not { } text) return null;
        foreach (var choice in choices)
            if (string.Equals(choice.Name, text, StringComparison.OrdinalIgnoreCase)) return choice.Value;
        var names = choices.Select(c => c.Name).ToArray();
        throw Wrong(name, $"'{text}' is unknown{NearestName.Hint(text, names)} (one of {string.Join(", ", names)})");
    }

    /// <summary>The error for a setting's value.</summary>
    public UsageException Wrong(string name, string what) => new($"{Origin(name)}: {what}");

    internal static bool TryReal(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
