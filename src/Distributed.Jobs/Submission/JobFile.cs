using System.Text.Json;

namespace Distributed.Jobs.Submission;

/// <summary>
/// Reads a job file: one JSON object whose members are settings (<see cref="Setting.Member"/>). Comments and trailing commas are allowed.
/// Paths inside it are relative to the working directory, as on the command line.
/// </summary>
internal static class JobFile
{
    private static readonly JsonDocumentOptions Leniency = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="SettingException">A value is wrong.</exception>
    /// <exception cref="UsageException">They are not such JSON.</exception>
    public static GivenSettings Parse(ReadOnlyMemory<byte> json, string file)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Leniency);
        }
        catch (JsonException e)
        {
            var where = e.LineNumber is { } line ? $", line {line + 1}, byte {e.BytePositionInLine + 1}" : "";
            throw new UsageException($"{file}{where}: not JSON ({Reason(e)})", e);
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new UsageException($"{file}: expected a JSON object of settings, such as {{\"data\": \"digits\"}}");
            var values = new GivenSettings();
            try
            {
                foreach (var member in document.RootElement.EnumerateObject()) Add(values, member, file);
                RefuseNoData(values, document.RootElement, file);
            }
            catch (InvalidOperationException e)
            {
                // Invalid UTF-8 or half of a surrogate pair: the reader detects it only when it decodes the text.
                throw new UsageException($"{file}: a name or a value is not Unicode text; expected UTF-8", e);
            }
            return values;
        }
    }

    /// <summary>A null stands for a setting that is left out; for the data it is rather a name that a program did not have.</summary>
    private static void RefuseNoData(GivenSettings values, JsonElement job, string file)
    {
        if (job.TryGetProperty(Settings.Data.Member, out var data) && data.ValueKind == JsonValueKind.Null && !values.Has(Settings.From))
            throw new UsageException($"{file}: '{Settings.Data.Member}' is null: name a data set, or leave '{Settings.Data.Member}' out for {JobDefaults.Data}");
    }

    private static void Add(GivenSettings values, JsonProperty member, string file)
    {
        var setting = Settings.All.FirstOrDefault(s => s.Member == member.Name);
        if (setting is null)
        {
            var members = Settings.All.Select(s => s.Member);
            throw new UsageException($"{file}: there is no setting '{member.Name}'{NearestName.Hint(member.Name, members)}");
        }
        if (values.Has(setting)) throw new UsageException($"{file}: '{member.Name}' is given twice; once is enough");
        if (member.Value.ValueKind == JsonValueKind.Null) return;
        var text = setting is Setting<bool?> && member.Value.ValueKind is (JsonValueKind.True or JsonValueKind.False)
            ? member.Value.GetRawText()
            : Text(member.Value, $"{member.Name} in {file}");
        try
        {
            values.Give(setting, text);
        }
        catch (SettingException e)
        {
            e.Place = $"in {file}";
            throw;
        }
    }

    /// <summary>The text that the flag would have: lists and maps are joined by commas.</summary>
    private static string Text(JsonElement value, string origin) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array => QuotedWords.Join(value.EnumerateArray().Select(v => Scalar(v, origin))),
        JsonValueKind.Object => QuotedWords.Join(value.EnumerateObject().Select(p => $"{p.Name}={Scalar(p.Value, origin)}")),
        _ => throw new UsageException($"{origin}: {value.GetRawText()} is neither text nor a number"),
    };

    private static string Scalar(JsonElement value, string origin) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new UsageException($"{origin}: {value.GetRawText()} is neither text nor a number"),
    };

    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
    }
}
