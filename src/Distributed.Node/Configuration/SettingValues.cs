using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Distributed.Jobs.Submission;
using Distributed.Node.Certificates;
using Distributed.Node.Keys;
using Distributed.Transport.Files;

namespace Distributed.Node.Configuration;

/// <summary>The texts that were given, and where each came from.</summary>
internal sealed class SettingValues
{
    private static readonly (string Name, long Bytes)[] ByteUnits =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ];

    private static readonly RootCommand Flags = CreateFlags();

    private readonly ParseResult _parsed;
    private readonly Func<string, string?> _variable;

    private SettingValues(ParseResult parsed, Func<string, string?> variable) => (_parsed, _variable) = (parsed, variable);

    /// <summary>Help, the version, or a command; null where a node is asked for.</summary>
    public ParseResult? Page => ReferenceEquals(_parsed.Action, Flags.Action) ? null : _parsed;

    /// <summary>Whether another process's health is asked for.</summary>
    public bool AsksForHealth => _parsed.GetResult(NodeSetting.Health) is { Implicit: false, Tokens.Count: 0 };

    /// <summary>Takes flags (<c>--flag value</c> or <c>--flag=value</c>), and variables where there is no flag.</summary>
    /// <exception cref="NodeSettingException">An unknown flag, one without a value, or one given twice.</exception>
    public static SettingValues Read(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        // The parser would take what follows "--flag=" as its value.
        if (NodeSetting.All.FirstOrDefault(setting => args.Contains(setting.Flag + "=")) is { } empty) throw new NodeSettingException($"{empty.Flag} is empty");
        var parsed = Flags.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        return parsed.Action is ParseErrorAction ? throw new NodeSettingException(Describe(parsed)) : new SettingValues(parsed, variable);
    }

    /// <summary>An environment variable; null when it is not set.</summary>
    public string? Variable(string name) => _variable(name) is { Length: > 0 } text ? text : null;

    /// <summary>A text; null when it was not given.</summary>
    public string? Text(NodeSetting setting) =>
        !IsFlag(setting) ? Variable(setting.Variable) : _parsed.GetValue(setting) is { Length: > 0 } text ? text : throw Wrong(setting, "is empty");

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

    /// <summary>The text of a file with a secret.</summary>
    public string ReadSecret(NodeSetting setting, string path) => PrivateFile.Refuse(path) is { } open ? throw Wrong(setting, $"names {path}, which {open}") : Read(setting, path);

    /// <summary>An error about a setting, under the name by which it was given.</summary>
    public NodeSettingException Wrong(NodeSetting setting, string what) =>
        new($"{(IsFlag(setting) || Variable(setting.Variable) is null ? setting.Flag : setting.Variable)} {what}");

    private bool IsFlag(NodeSetting setting) => _parsed.GetResult(setting) is { Implicit: false };

    private static RootCommand CreateFlags()
    {
        var flags = new RootCommand("One node of a training cluster. Each flag can also be set by the variable in brackets.") { CertificatesCommand.Create(), KeysCommand.Create() };
        foreach (var setting in NodeSetting.All) flags.Options.Add(setting);
        flags.SetAction(_ => 0); // a node is started by the caller
        return flags;
    }

    private static string Describe(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var unknown, ..])
        {
            return parsed.Errors[0] is { SymbolResult: OptionResult { Option: var flag, IdentifierTokenCount: var times } }
                ? $"{flag.Name} {(times > 1 ? "is given twice" : $"needs a value: {flag.HelpName}")}"
                : parsed.Errors[0].Message.TrimEnd('.');
        }
        var name = unknown.Split('=', 2)[0];
        return $"'{name}' is not a flag{NearestName.Hint(name, NodeSetting.All.Select(setting => setting.Flag))} (--help lists them)";
    }
}
