using Distributed.Protocol;

namespace Distributed.Transport;

/// <summary>Which messages can travel at all: found out where they are handed over, not on the writing thread.</summary>
internal static class OutgoingRules
{
    /// <exception cref="ArgumentException">No receiver would take it.</exception>
    public static void Check(PushGradient gradient, TransportOptions options) => Check(
        gradient.Job,
        new FrameHeader(FrameKind.PushGradient, 0, 0, gradient.Block, gradient.Lineage, gradient.Step, gradient.Node, gradient.Values.Length, gradient.Metrics),
        options);

    /// <exception cref="ArgumentException">No receiver would take it.</exception>
    public static void Check(WorkerId to, WeightsUpdated weights, TransportOptions options)
    {
        if (!WireText.IsValid(to.Value))
            throw new ArgumentException($"The worker's name '{to}' is not 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(to));
        Check(
            weights.Job,
            new FrameHeader(FrameKind.WeightsUpdated, 0, 0, weights.Block, weights.Lineage, weights.Step, default, weights.Values.Length, default),
            options);
    }

    private static void Check(JobId job, in FrameHeader header, TransportOptions options)
    {
        if (job.Value is null) throw new ArgumentException("The message names no job.", nameof(job));
        var limits = new FrameLimits(options.MaximumPayloadBytes);
        if (FrameHeaderRules.Refuse(header, header.PayloadBytes, 0, header.Format, limits) is { } reason)
            throw new ArgumentException($"Such a message cannot be sent: {reason}.", nameof(header));
    }
}
