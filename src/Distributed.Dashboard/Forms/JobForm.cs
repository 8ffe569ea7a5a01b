using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Jobs.Submission;

namespace Distributed.Dashboard.Forms;

/// <summary>What a person has filled in for a new job: texts by setting, with the errors that the same checks as everywhere find in them.</summary>
internal sealed class JobForm
{
    private readonly Dictionary<Setting, string> _texts = [];
    private readonly Dictionary<Setting, string> _errors = [];

    /// <summary>The settings of a form, in the order of the help: those that a cluster takes.</summary>
    public static IReadOnlyList<Setting> Fields { get; } = [.. Settings.All.Where(setting => !Settings.OfOneProcess.Contains(setting))];

    /// <summary>The few that most jobs need.</summary>
    public static IReadOnlyList<Setting> Usual { get; } =
        [Settings.Target, Settings.Task, Settings.Ignore, Settings.Validation, Settings.Epochs, Settings.Hidden, Settings.LearningRate, Settings.Batch, Settings.Patience, Settings.ClassWeights, Settings.Seed, Settings.Name];

    /// <summary>The text of a setting; empty for its default.</summary>
    public string this[Setting setting] => _texts.GetValueOrDefault(setting, "");

    /// <summary>What is wrong with a setting; null when nothing is.</summary>
    public string? ErrorOf(Setting setting) => _errors.GetValueOrDefault(setting);

    /// <summary>Whether a field is wrong.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>The default of a setting, as its help says it; null when it has none.</summary>
    public static string? DefaultOf(Setting setting)
    {
        var begin = setting.Help.IndexOf("(default: ", StringComparison.Ordinal);
        return begin < 0 ? null : setting.Help[(begin + 10)..].TrimEnd(')');
    }

    /// <summary>What a setting is, without its default.</summary>
    public static string AboutOf(Setting setting)
    {
        var begin = setting.Help.IndexOf(" (default: ", StringComparison.Ordinal);
        return begin < 0 ? setting.Help.StartsWith("(default: ", StringComparison.Ordinal) ? "" : setting.Help : setting.Help[..begin];
    }

    /// <summary>A setting as a person reads it: "learning rate".</summary>
    public static string LabelOf(Setting setting) => setting.Name.Replace('-', ' ');

    /// <summary>Takes a text and checks it.</summary>
    public void Set(Setting setting, string? text)
    {
        _errors.Remove(setting);
        if (string.IsNullOrWhiteSpace(text))
        {
            _texts.Remove(setting);
            return;
        }
        _texts[setting] = text.Trim();
        try
        {
            setting.Read(text.Trim());
        }
        catch (SettingException e)
        {
            _errors[setting] = e.Say(LabelOf);
        }
    }

    /// <summary>Checks the settings with each other.</summary>
    /// <returns>What is wrong and belongs to no field; null when nothing does. <see cref="HasErrors"/> tells of the fields.</returns>
    public string? Check()
    {
        if (HasErrors) return null;
        try
        {
            var given = new GivenSettings();
            foreach (var (setting, text) in _texts) given.Give(setting, text);
            JobResolution.Check(given);
            return null;
        }
        catch (SettingException e)
        {
            _errors[e.Setting] = e.Say(LabelOf);
            return null;
        }
        catch (UsageException e)
        {
            return e.Message;
        }
    }

    /// <summary>Takes a refusal of the gateway: to the field that it names, or as a whole.</summary>
    /// <returns>The refusal when it names no field of the form.</returns>
    public string? Refuse(string detail)
    {
        foreach (var setting in Fields)
        {
            if (!detail.Contains($"'{setting.Member}'", StringComparison.Ordinal)) continue;
            _errors[setting] = detail;
            return null;
        }
        return detail;
    }

    /// <summary>The job file.</summary>
    public JsonObject ToJobFile()
    {
        var file = new JsonObject();
        foreach (var setting in Fields)
            if (_texts.TryGetValue(setting, out var text)) file[setting.Member] = ValueOf(setting, text);
        return file;
    }

    /// <summary>The job file as text.</summary>
    public string ToJobText() => ToJobFile().ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The command that submits the same.</summary>
    public string ToCommand() => string.Join(' ', Fields.Where(_texts.ContainsKey).Select(setting => setting is Setting<bool?>
        ? _texts[setting] == "true" ? setting.Flag : ""
        : $"{setting.Flag} {Quoted(_texts[setting])}").Where(part => part.Length > 0).Prepend("dtrain submit"));

    private static JsonNode ValueOf(Setting setting, string text) => setting switch
    {
        Setting<bool?> => JsonValue.Create(text == "true"),
        Setting<double?> or Setting<int?> when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonNode.Parse(IsJson(text) ? text : number.ToString("R", CultureInfo.InvariantCulture))!,
        _ => JsonValue.Create(text),
    };

    private static bool IsJson(string text) => text.All(c => char.IsAsciiDigit(c) || c == '.') && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]) && (text[0] != '0' || text.Length == 1 || text[1] == '.');

    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ',' or '=' or '/' or ':' or '+') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
