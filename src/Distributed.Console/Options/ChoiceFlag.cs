using System.CommandLine;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Options;

/// <summary>An option with one of several names.</summary>
internal sealed class ChoiceFlag<T>(string name, string description, IReadOnlyList<(string Name, T Value)> choices) where T : struct
{
    private readonly Option<string> _option = new(name) { Description = description, HelpName = "NAME" };
    private readonly Setting<T?> _value = new(name[2..], "NAME", description, SettingGroup.Run, new ChoiceType<T>(choices));

    /// <summary>The names.</summary>
    public IReadOnlyList<(string Name, T Value)> Choices => choices;

    /// <summary>Adds it to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_option);

    /// <summary>The value; null when it is not given.</summary>
    /// <exception cref="SettingException">It is another name.</exception>
    public T? Read(ParseResult parsed) => parsed.GetValue(_option) is { } text ? (T)_value.Read(text) : null;
}

/// <summary>Options of several commands with one of several names.</summary>
internal static class ChoiceFlags
{
    /// <summary>Which of a job's checkpoints.</summary>
    public static ChoiceFlag<CheckpointChoice> Checkpoint(string description) =>
        new("--checkpoint", description, [("best", CheckpointChoice.Best), ("last", CheckpointChoice.Last)]);
}
