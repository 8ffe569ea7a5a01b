namespace Distributed.Data;

/// <summary>A remark for the user about the reading of the data.</summary>
/// <param name="Text">What was done, such as a column that is left out.</param>
/// <param name="Otherwise">How to have it otherwise; null where no setting changes it.</param>
public sealed record DataNote(string Text, SettingHint? Otherwise = null)
{
    /// <summary>The sentence.</summary>
    /// <param name="word">What a setting is called there, by its name: "task" is --task on a command line.</param>
    public string Say(Func<string, string> word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return Otherwise is { } hint ? $"{Text}; {word(hint.Setting)} {hint.Value} {hint.Effect}" : Text;
    }

    /// <inheritdoc/>
    public override string ToString() => Say(name => "--" + name);

    /// <summary>A remark about the task that was taken.</summary>
    internal static DataNote OfTask(string text, TaskKind taken) => new(text, taken == TaskKind.Classify
        ? new SettingHint("task", "regress", "predicts a number")
        : new SettingHint("task", "classify", "makes classes of them"));
}

/// <summary>A setting that changes what a remark tells.</summary>
/// <param name="Setting">Its name, as a flag without dashes: task, column, missing, …</param>
/// <param name="Value">The value to give.</param>
/// <param name="Effect">What that does.</param>
public sealed record SettingHint(string Setting, string Value, string Effect)
{
    /// <summary>A column is taken for something else.</summary>
    internal static SettingHint Column(string name, string use, string effect) => new("column", $"{name}={use}", effect);
}
