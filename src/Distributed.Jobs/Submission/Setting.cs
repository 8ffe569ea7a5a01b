using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>A setting's group in the help, and whether it belongs to the job's immutable specification.</summary>
internal enum SettingGroup
{
    /// <summary>Which samples.</summary>
    Data,

    /// <summary>Which network.</summary>
    Network,

    /// <summary>How its weights are updated.</summary>
    Optimizer,

    /// <summary>How long, and from what.</summary>
    Training,

    /// <summary>Which trials a search makes, and which go on.</summary>
    Search,

    /// <summary>What may change from run to run: it reaches no weight.</summary>
    Run,
}

/// <summary>
/// One setting of a training job: a flag <c>--kebab-case</c> on the command line and a member <c>camelCase</c> of a job file.
/// </summary>
/// <param name="name">In kebab-case, without dashes before it.</param>
/// <param name="placeholder">The placeholder of its value in the help.</param>
/// <param name="help">One line for the help.</param>
/// <param name="group">Where it belongs.</param>
internal abstract class Setting(string name, string placeholder, string help, SettingGroup group)
{
    public string Name => name;

    public string Placeholder => placeholder;

    public string Help => help;

    public SettingGroup Group => group;

    /// <summary>As a flag.</summary>
    public string Flag => "--" + name;

    /// <summary>As a member of a job file.</summary>
    public string Member { get; } = ToCamelCase(name);

    /// <summary>The names of a fixed choice; null for any other values.</summary>
    public abstract IReadOnlyList<string>? Names { get; }

    /// <summary>Reads a value.</summary>
    /// <exception cref="SettingException">The text is empty, or no such value.</exception>
    public abstract object Read(string text);

    private static string ToCamelCase(string name)
    {
        var words = name.Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(w => char.ToUpper(w[0], CultureInfo.InvariantCulture) + w[1..]));
    }
}

/// <summary>A setting with values of a type.</summary>
/// <typeparam name="T">The values; null stands for one that is not given.</typeparam>
internal sealed class Setting<T>(string name, string placeholder, string help, SettingGroup group, SettingType<T> type)
    : Setting(name, placeholder, help, group)
{
    /// <summary>The values, and their bounds.</summary>
    public SettingType<T> Type => type;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Names => type.Names;

    /// <inheritdoc/>
    public override object Read(string text) => string.IsNullOrWhiteSpace(text)
        ? throw new SettingException(this, $"{this} is empty: give it a value or leave it out")
        : type.Read(this, text.Trim())!;
}
