using System.Text.RegularExpressions;
using Distributed.Jobs.Submission;

namespace Distributed.Node.Problems;

/// <summary>Error messages use flag names; job files use member names.</summary>
internal static partial class SettingText
{
    private static readonly Dictionary<string, string> MemberOf = Settings.All.ToDictionary(setting => setting.Flag, setting => setting.Member);

    /// <summary>The message with every flag replaced by its member.</summary>
    public static string OfJobFile(string message) =>
        Flag().Replace(message, match => MemberOf.TryGetValue(match.Value, out var member) ? $"'{member}'" : match.Value);

    [GeneratedRegex("--[a-z][a-z0-9-]*[a-z0-9]")]
    private static partial Regex Flag();
}
