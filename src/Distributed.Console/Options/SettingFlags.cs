using System.CommandLine;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Options;

/// <summary>A setting as an option of the command line; its text is read once the command line is known to be right.</summary>
internal sealed class SettingFlag : Option<string>
{
    public SettingFlag(Setting setting) : base(setting.Flag)
    {
        Setting = setting;
        Description = setting.Help;
        HelpName = setting.Placeholder;
        Arity = setting is Setting<bool?> ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne;
    }

    public Setting Setting { get; }
}

/// <summary>The flags of several settings, and what was given for them.</summary>
internal sealed class SettingFlags
{
    private readonly SettingFlag[] _flags;

    public SettingFlags(IEnumerable<Setting> settings) => _flags = [.. settings.Select(s => new SettingFlag(s))];

    public void AddTo(Command command)
    {
        foreach (var flag in _flags) command.Options.Add(flag);
    }

    /// <summary>The values of the given flags.</summary>
    /// <exception cref="SettingException">One is wrong.</exception>
    public GivenSettings Read(ParseResult parsed)
    {
        var given = new GivenSettings();
        foreach (var flag in _flags)
            if (parsed.GetResult(flag) is { Implicit: false } && Text(parsed, flag) is { } text) given.Give(flag.Setting, text);
        return given;
    }

    /// <summary>A flag without a value is a yes.</summary>
    private static string? Text(ParseResult parsed, SettingFlag flag) => flag.Setting is Setting<bool?> yes && parsed.GetResult(flag)!.Tokens.Count == 0
        ? yes.Type.Write(true)
        : parsed.GetValue(flag);
}
