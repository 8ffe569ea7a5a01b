namespace Distributed.Jobs.Submission;

/// <summary>The properties of encoded samples that the resolution of a job needs.</summary>
/// <param name="IsClassification">Classes, or values.</param>
/// <param name="Inputs">Encoded features of a sample.</param>
/// <param name="Outputs">Classes, or values of a sample.</param>
/// <param name="Training">Training samples.</param>
/// <param name="Validation">Validation samples; 0 for none.</param>
/// <param name="Sha256">Of the encoded samples.</param>
/// <param name="Labels">The classes' names in order; empty for regression.</param>
/// <param name="CountLabels">Counts the training samples of each class; asked only for balanced class weights.</param>
internal sealed record DataShape(
    bool IsClassification, int Inputs, int Outputs, int Training, int Validation, string Sha256,
    IReadOnlyList<string> Labels, Func<long[]> CountLabels)
{
    /// <summary>Whether they are rows of a table; images otherwise.</summary>
    public bool IsTable { get; init; } = true;
}
