namespace Distributed.Transport.Peers;

/// <summary>A node's name on the data plane, unique in the cluster. Visible ASCII, at most 96 characters (see <see cref="WireText"/>).</summary>
public readonly record struct PeerId
{
    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds anything but visible ASCII.</exception>
    public PeerId(string value)
    {
        if (!WireText.IsValid(value))
            throw new ArgumentException($"'{value}' is not a node's name: 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(value));
        Value = value;
    }

    /// <summary>The name itself.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
