namespace Distributed.Transport.Traffic;

/// <summary>Values of the instruments' tag "kind".</summary>
internal static class FrameKindTag
{
    public const string Gradient = "gradient";
    public const string Weights = "weights";
    public const string Data = "data";
}
