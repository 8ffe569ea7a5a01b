using System.Text.Json;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>
/// A search file: a JSON object with the members <c>job</c> (settings of all trials, as in a job file), <c>space</c> (how settings vary), and those of
/// <see cref="SearchSettings"/>.
/// </summary>
/// <param name="Job">The settings of all trials.</param>
/// <param name="Search">The settings of the search.</param>
/// <param name="Space">The settings that vary; null for the default.</param>
internal sealed record SearchFile(GivenSettings Job, GivenSettings Search, IReadOnlyList<SearchDimension>? Space)
{
    private const long MaximumBytes = 1 << 20;
    private const string JobMember = "job", SpaceMember = "space";

    private static readonly JsonDocumentOptions Leniency = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It cannot be read, is not JSON, or has an unknown member or a wrong value.</exception>
    public static SearchFile Read(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new UsageException($"--search: there is no file {path}");
            if (file.Length > MaximumBytes) throw new UsageException($"--search: {path} has {file.Length:#,0} bytes; a search file has at most {MaximumBytes:#,0}");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Leniency);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new UsageException($"{name}: expected a JSON object with the members {JobMember}, {SpaceMember} and those of a search");
            return Parse(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new UsageException($"{name}: not JSON{(e.LineNumber is { } line ? $", line {line + 1}" : "")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--search: {path} cannot be read: {e.Message}", e);
        }
    }

    private static SearchFile Parse(JsonElement root, string name)
    {
        var (job, search) = (new GivenSettings(), new GivenSettings());
        List<SearchDimension>? space = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name == JobMember)
            {
                job = JobFile.Parse(System.Text.Encoding.UTF8.GetBytes(member.Value.GetRawText()), name);
            }
            else if (member.Name == SpaceMember && member.Value.ValueKind == JsonValueKind.Object)
            {
                space = [.. member.Value.EnumerateObject().Select(entry => SpaceText.Read(entry.Name, Text(entry.Value), $"{SpaceMember} in {name}"))];
            }
            else if (SearchSettings.All.FirstOrDefault(setting => setting.Member == member.Name) is { } setting)
            {
                search.Give(setting, Text(member.Value));
            }
            else
            {
                throw new UsageException(
                    $"{name}: there is no member '{member.Name}'{NearestName.Hint(member.Name, SearchSettings.All.Select(s => s.Member).Concat([JobMember, SpaceMember]))}; settings of all trials stand in '{JobMember}'");
            }
        }
        return new SearchFile(job, search, space);
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join('|', value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };
}
