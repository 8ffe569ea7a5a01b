using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>How the cells of a target column become a task and classes.</summary>
internal interface ILabelRules
{
    /// <summary>The task that the target column suggests.</summary>
    SuggestedTask Suggest(RawColumn target);

    /// <summary>The classes of a target column, over all rows of the table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="target">Its target column.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <exception cref="DataException">A label is missing, there is one class only, or there are too many.</exception>
    TargetEncoding Classes(RawTable table, RawColumn target, ICollection<DataNote> notes);

    /// <summary>For each different text of a column the name of the class that it would be.</summary>
    IReadOnlyList<string> NameTexts(RawColumn target);

    /// <summary>For each different text of a target column its class, −1 for none.</summary>
    int[] ClassOfTexts(RawColumn target, IReadOnlyList<string> classes);

    /// <summary>Whether no two classes can be meant by the same label.</summary>
    bool AreDistinct(IReadOnlyList<string> classes);
}

/// <summary>A task, taken from the target column.</summary>
/// <param name="Task">The task.</param>
/// <param name="Note">Why, and how to choose the other one, where both would do; null otherwise.</param>
internal readonly record struct SuggestedTask(TaskKind Task, string? Note);
