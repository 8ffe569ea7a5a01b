namespace Distributed.Data.Samples;

/// <summary>A remark for the user about the reading of the data.</summary>
/// <param name="Text">What was done, such as a column that is left out.</param>
/// <param name="OtherTask">The task that the data could have too; null where the remark is about something else.</param>
public sealed record DataNote(string Text, TaskKind? OtherTask = null)
{
    /// <summary>The sentence.</summary>
    /// <param name="task">What the setting of the task is called there, such as --task.</param>
    public string Say(string task) => OtherTask switch
    {
        TaskKind.Classify => $"{Text}; {task} classify makes classes of them",
        TaskKind.Regress => $"{Text}; {task} regress predicts a number",
        _ => Text,
    };

    /// <inheritdoc/>
    public override string ToString() => Say("the task");
}
