using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Searches;

/// <summary>
/// Reads how a setting varies: <c>0..0.5</c> evenly, <c>log:1e-4..1e-1</c> evenly in its logarithm, <c>64|128|64,32</c> one of several values. Every end
/// and every value is checked as the setting itself.
/// </summary>
internal static class SpaceText
{
    private const string Logarithmic = "log:", Between = "..";

    /// <summary>The settings that may vary: those of the network and of the optimizer, and the batch.</summary>
    public static IEnumerable<Setting> MayVary => Settings.All.Where(setting => setting.Group is SettingGroup.Network or SettingGroup.Optimizer || setting == Settings.Batch);

    /// <summary>Reads one setting of a space.</summary>
    /// <param name="name">The setting, as its flag or its member.</param>
    /// <param name="text">How it varies.</param>
    /// <param name="place">Where this stands, for messages.</param>
    /// <exception cref="UsageException">There is no such setting, or it cannot vary so.</exception>
    public static SearchDimension Read(string name, string text, string place)
    {
        var setting = Find(name, place);
        var dimension = Dimension(setting, text.Trim(), place);
        return dimension.Validate() is { } wrong ? throw new UsageException($"{place}: {wrong}") : dimension;
    }

    /// <summary>Reads <c>NAME=HOW</c>.</summary>
    /// <exception cref="UsageException">As <see cref="Read(string, string, string)"/>.</exception>
    public static SearchDimension Read(string pair, string place)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? Read(pair[..at].Trim(), pair[(at + 1)..], place)
            : throw new UsageException($"{place}: '{pair}' is not of the form NAME=VALUES, such as learning-rate=log:1e-4..1e-1, dropout=0..0.5 or hidden=64|128");
    }

    private static Setting Find(string name, string place)
    {
        if (MayVary.FirstOrDefault(setting => Plain(setting.Name) == Plain(name)) is { } found) return found;
        throw Settings.All.Any(setting => Plain(setting.Name) == Plain(name))
            ? new UsageException($"{place}: {name} cannot vary: a space holds settings of the network and of the optimizer, and batch")
            : new UsageException($"{place}: there is no setting '{name}'{NearestName.Hint(name, MayVary.Select(setting => setting.Name))}");
    }

    private static SearchDimension Dimension(Setting setting, string text, string place)
    {
        var isLogarithmic = text.StartsWith(Logarithmic, StringComparison.Ordinal);
        var body = isLogarithmic ? text[Logarithmic.Length..] : text;
        if (body.IndexOf(Between, StringComparison.Ordinal) is >= 0 and var at && !body.Contains('|', StringComparison.Ordinal))
        {
            var (low, high) = (body[..at], body[(at + Between.Length)..]);
            return setting switch
            {
                Setting<double?> => new SearchDimension(setting.Name, isLogarithmic ? DimensionKind.LogReal : DimensionKind.Real)
                {
                    Low = (double)End(setting, low, place),
                    High = (double)End(setting, high, place),
                },
                Setting<int?> => new SearchDimension(setting.Name, isLogarithmic ? DimensionKind.LogInteger : DimensionKind.Integer)
                {
                    Low = (int)End(setting, low, place),
                    High = (int)End(setting, high, place),
                },
                _ => throw new UsageException($"{place}: {setting.Name} has no range; list its values, such as {setting.Name}={Example(setting)}"),
            };
        }
        if (isLogarithmic) throw new UsageException($"{place}: 'log:' stands before a range, such as log:1e-4..1e-1, and '{body}' is none");
        var values = body.Split('|', StringSplitOptions.TrimEntries);
        foreach (var value in values) End(setting, value, place);
        return new SearchDimension(setting.Name, DimensionKind.Choice) { Choices = values };
    }

    private static object End(Setting setting, string text, string place)
    {
        try
        {
            return setting.Read(text);
        }
        catch (SettingException e)
        {
            throw new UsageException($"{place}: {e.Say(s => s.Name)}", e);
        }
    }

    private static string Example(Setting setting) => setting.Names is { Count: > 1 } names ? $"{names[0]}|{names[1]}" : "64|128|64,32";

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
