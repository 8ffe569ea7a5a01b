namespace Distributed.Jobs.Submission;

/// <summary>What was given for the settings: flags, a job file, an HTTP body or a program fill it with values that are each right by themselves.</summary>
internal sealed class GivenSettings
{
    private readonly Dictionary<Setting, (object Value, string Text)> _given = [];

    /// <summary>Everything that was given as text.</summary>
    public IEnumerable<(Setting Setting, string Text)> Texts => _given.Select(entry => (entry.Key, entry.Value.Text));

    /// <summary>Reads a value.</summary>
    /// <exception cref="SettingException">It is wrong.</exception>
    public void Give(Setting setting, string text) => _given[setting] = (setting.Read(text), text);

    /// <summary>Takes a program's value; null gives none.</summary>
    /// <exception cref="SettingException">It is wrong.</exception>
    public void Give<T>(Setting<T> setting, T value)
    {
        if (value is not null) _given[setting] = (setting.Type.Accept(setting, value)!, setting.Type.Write(value));
    }

    /// <summary>The value, or null when none was given.</summary>
    public T? Get<T>(Setting<T> setting) => _given.TryGetValue(setting, out var given) ? (T)given.Value : default;

    /// <summary>Whether anything was given.</summary>
    public bool Has(Setting setting) => _given.ContainsKey(setting);

    /// <summary>These values without some.</summary>
    public GivenSettings Without(IReadOnlyCollection<Setting> settings) => Of(_given.Where(entry => !settings.Contains(entry.Key)));

    /// <summary>These values, and the other ones where these have none.</summary>
    public GivenSettings Over(GivenSettings others) => Of(others._given.Where(entry => !Has(entry.Key)).Concat(_given));

    private static GivenSettings Of(IEnumerable<KeyValuePair<Setting, (object Value, string Text)>> entries)
    {
        var settings = new GivenSettings();
        foreach (var (setting, value) in entries) settings._given[setting] = value;
        return settings;
    }
}
