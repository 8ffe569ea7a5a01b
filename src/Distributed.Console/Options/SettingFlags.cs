using System.CommandLine;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Options;

/// <summary>A setting as an option of the command line; its text is read later, with the job file's.</summary>
internal sealed class SettingFlag : Option<string>
{
    public SettingFlag(Setting setting) : base(setting.Flag)
    {
        Setting = setting;
        Description = setting.Help;
        HelpName = setting.Placeholder;
        Arity = ArgumentArity.ExactlyOne;
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
    public SettingValues Read(ParseResult parsed)
    {
        var values = new SettingValues();
        foreach (var flag in _flags)
            if (parsed.GetResult(flag) is { Implicit: false } && parsed.GetValue(flag) is { } text) values.Give(flag.Setting.Name, text, flag.Setting.Flag);
        return values;
    }
}
