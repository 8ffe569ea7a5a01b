using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>
/// A setting that cannot be used. Its text refers to settings themselves, not to their names: a command line says <c>--learning-rate</c> where an
/// HTTP body says <c>'learningRate'</c>.
/// </summary>
internal sealed class SettingException : UsageException
{
    private readonly FormattableString _text;

    /// <param name="setting">What is wrong.</param>
    /// <param name="text">The line; every <see cref="Submission.Setting"/> in it is said by each door in its own word.</param>
    /// <param name="inner">The cause, if another exception is.</param>
    public SettingException(Setting setting, FormattableString text, Exception? inner = null) : base(Say(text, s => s.Name), inner) =>
        (Setting, _text) = (setting, text);

    /// <summary>What is wrong.</summary>
    public Setting Setting { get; }

    /// <summary>The file that the value stands in, such as "in job.json"; null when it comes from elsewhere.</summary>
    public string? Place { get; set; }

    /// <summary>The line in the words of a door.</summary>
    /// <param name="word">What the door calls a setting.</param>
    public string Say(Func<Setting, string> word) => Say(_text, setting => setting == Setting && Place is { } place ? $"{setting.Member} {place}" : word(setting));

    private static string Say(FormattableString text, Func<Setting, string> word) => string.Format(
        CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(argument => argument is Setting setting ? word(setting) : argument)]);
}
