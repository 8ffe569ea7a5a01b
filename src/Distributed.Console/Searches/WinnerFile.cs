using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Searches;

/// <summary><c>winner.json</c>: the winner's settings as a job file, with which <c>dtrain train --job</c> trains it again.</summary>
internal static class WinnerFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "winner.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">The winner's settings.</param>
    public static void Write(string folder, GivenSettings settings)
    {
        var file = new JsonObject();
        foreach (var (setting, text) in settings.Texts.OrderBy(entry => Index(entry.Setting)))
            file[setting.Member] = setting is Setting<double?> or Setting<int?> or Setting<ulong?> or Setting<bool?> ? JsonNode.Parse(Number(text)) : JsonValue.Create(text);
        File.WriteAllText(Path.Combine(folder, Name), file.ToJsonString(Indented) + "\n");
    }

    /// <summary>JSON knows fewer forms of a number than a command line, which has read this one.</summary>
    private static string Number(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(text, SearchLines.Default.String);
        }
    }

    private static int Index(Setting setting)
    {
        for (var i = 0; i < Settings.All.Count; i++)
            if (Settings.All[i] == setting) return i;
        return int.MaxValue;
    }
}
