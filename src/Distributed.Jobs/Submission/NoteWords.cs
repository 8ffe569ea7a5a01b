using Distributed.Data;

namespace Distributed.Jobs.Submission;

/// <summary>Remarks about data in the words of a door.</summary>
internal static class NoteWords
{
    /// <summary>The sentence.</summary>
    /// <param name="note">The remark.</param>
    /// <param name="word">What the door calls a setting.</param>
    public static string Say(this DataNote note, Func<Setting, string> word) => note.Say(By(word));

    /// <summary>What the door calls a setting, by its name.</summary>
    public static Func<string, string> By(Func<Setting, string> word) => name => word(Settings.All.First(setting => setting.Name == name));
}
