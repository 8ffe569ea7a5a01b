using System.Text.RegularExpressions;
using Distributed.Jobs.Submission;

namespace Distributed.Node.Problems;

/// <summary>Messages about settings name the flag of the command line; whoever writes a job file knows them by their members.</summary>
internal static partial class SettingWords
{
    private static readonly Dictionary<string, string> MemberOf = Settings.All.ToDictionary(setting => setting.Flag, setting => setting.Member);

    /// <summary>The message with every flag replaced by its member.</summary>
    public static string OfJobFile(string message) =>
        Flag().Replace(message, match => MemberOf.TryGetValue(match.Value, out var member) ? $"'{member}'" : match.Value);

    [GeneratedRegex("--[a-z][a-z0-9-]*[a-z0-9]")]
    private static partial Regex Flag();
}
