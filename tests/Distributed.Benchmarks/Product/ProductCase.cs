namespace Distributed.Benchmarks.Product;

/// <summary>A figure of one run: less is better for seconds and megabytes, more for speeds.</summary>
/// <param name="Name">What it says, with its unit.</param>
/// <param name="Value">The figure.</param>
/// <param name="MoreIsBetter">Whether more is better.</param>
internal sealed record Figure(string Name, double Value, bool MoreIsBetter = false);

/// <summary>Something that a person waits for, and the same done by a peer.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Ours">Does it once with the published program.</param>
/// <param name="Peer">Who else does it; null for no one.</param>
/// <param name="Theirs">Does it once with the peer; its figures have the names of ours.</param>
/// <param name="Rounds">How often at most: long ones are not repeated.</param>
internal sealed record ProductCase(
    string Name, Func<Workspace, IReadOnlyList<Figure>> Ours, string? Peer = null, Func<Workspace, IReadOnlyList<Figure>>? Theirs = null, int Rounds = 99);
