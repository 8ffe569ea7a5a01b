using System.Globalization;

namespace Distributed.Node.Configuration;

/// <summary>The texts that were given, and where each came from.</summary>
internal sealed class SettingValues
{
    private static readonly (string Name, long Bytes)[] ByteUnits =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ];

    private readonly Dictionary<NodeSetting, (string Text, string Origin)> _values = [];

    private SettingValues()
    {
    }

    /// <summary>Takes flags (<c>--flag value</c> or <c>--flag=value</c>), and variables where there is no flag.</summary>
    /// <exception cref="NodeSettingException">An unknown flag, one without a value, or one given twice.</exception>
    public static SettingValues Read(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        var values = new SettingValues();
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=');
            var name = equals < 0 ? args[i] : args[i][..equals];
            var setting = NodeSetting.All.FirstOrDefault(candidate => candidate.Flag == name)
                ?? throw new NodeSettingException($"'{name}' is not a flag: --help lists them");
            if (equals < 0 && i + 1 == args.Count) throw new NodeSettingException($"{name} needs a value");
            var text = equals < 0 ? args[++i] : args[i][(equals + 1)..];
            if (!values._values.TryAdd(setting, (text, name))) throw new NodeSettingException($"{name} is given twice");
        }
        foreach (var setting in NodeSetting.All)
            if (!values._values.ContainsKey(setting) && variable(setting.Variable) is { Length: > 0 } text) values._values[setting] = (text, setting.Variable);
        return values;
    }

    /// <summary>A text; null when it was not given.</summary>
    public string? Text(NodeSetting setting)
    {
        if (!_values.TryGetValue(setting, out var value)) return null;
        return value.Text.Length > 0 ? value.Text : throw Wrong(setting, "is empty");
    }

    /// <summary>A list of texts separated by commas; empty when it was not given.</summary>
    public IReadOnlyList<string> List(NodeSetting setting) =>
        Text(setting)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether a setting that is either on or off is on.</summary>
    public bool IsOn(NodeSetting setting) => Text(setting) switch
    {
        null or "no" => false,
        "yes" => true,
        var other => throw Wrong(setting, $"is '{other}': it must be yes or no"),
    };

    /// <summary>A whole number within bounds; null when it was not given.</summary>
    public int? Number(NodeSetting setting, int least, int most)
    {
        if (Text(setting) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(setting, $"is '{text}': it must be a whole number from {least} to {most}");
    }

    /// <summary>A size in bytes, with or without a unit (kB, MB, GB, TB; KiB, MiB, GiB, TiB), within bounds; null when it was not given.</summary>
    public long? Bytes(NodeSetting setting, long least, long most)
    {
        if (Text(setting) is not { } text) return null;
        var unit = ByteUnits.FirstOrDefault(candidate => text.EndsWith(candidate.Name, StringComparison.OrdinalIgnoreCase));
        var number = text[..^(unit.Name?.Length ?? 0)].TrimEnd();
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= most &&
            value * Math.Max(1, unit.Bytes) is var bytes && bytes >= least && bytes <= most
            ? (long)bytes
            : throw Wrong(setting, $"is '{text}': it must be a size such as 500MB or 8GiB, from {least / (1 << 20)}MiB on");
    }

    /// <summary>The text of a file that a setting names.</summary>
    public string Read(NodeSetting setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Wrong(setting, $"names {path}, which cannot be read: {e.Message}");
        }
    }

    /// <summary>An error about a setting, under the name by which it was given.</summary>
    public NodeSettingException Wrong(NodeSetting setting, string what) =>
        new($"{(_values.TryGetValue(setting, out var value) ? value.Origin : setting.Flag)} {what}");
}
