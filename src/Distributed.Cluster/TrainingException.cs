namespace Distributed.Cluster;

/// <summary>An expected failure, described in one line that the user can act on.</summary>
public class TrainingException : Exception
{
    /// <summary>Creates an exception with a one-line message.</summary>
    public TrainingException(string message) : base(message) { }

    /// <summary>Creates an exception with a one-line message and its cause, shown only on request.</summary>
    public TrainingException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A store that cannot be used. Each door has its own word for the setting that names another store.</summary>
/// <param name="text">The line, with <see cref="Setting"/> in the place of that word.</param>
/// <param name="inner">The cause; null for none.</param>
internal sealed class StoreRefusedException(string text, Exception? inner = null) : TrainingException(text.Replace(Setting, "--store", StringComparison.Ordinal), inner!)
{
    /// <summary>Stands for the setting.</summary>
    public const string Setting = "{store}";

    /// <summary>The line in the words of a door.</summary>
    /// <param name="setting">What the door calls the setting, such as --store.</param>
    public string Say(string setting) => text.Replace(Setting, setting, StringComparison.Ordinal);
}
