using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Messages;

/// <summary>Checks that a message fits the frame limits, on the thread that sends it rather than the one that writes it.</summary>
internal static class OutgoingRules
{
    /// <exception cref="ArgumentException">Every receiver refuses such a frame.</exception>
    public static void Check(PushGradient gradient, in FrameLimits limits) => Check(
        gradient.Job,
        new FrameHeader(FrameKind.PushGradient, 0, 0, gradient.Block, gradient.Lineage, gradient.Step, gradient.Node, gradient.Values.Length, gradient.Metrics)
        { Format = FormatOf(gradient) },
        limits);

    /// <summary>How a gradient's values are written.</summary>
    public static ElementFormat FormatOf(PushGradient gradient) =>
        gradient.Format == GradientFormat.BFloat16 ? ElementFormat.BFloat16 : ElementFormat.Float32;

    /// <exception cref="ArgumentException">Every receiver refuses such a frame.</exception>
    public static void Check(WorkerId to, WeightsUpdated weights, in FrameLimits limits)
    {
        if (!WireText.IsValid(to.Value))
            throw new ArgumentException($"The worker's name '{to}' is not 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(to));
        Check(
            weights.Job,
            new FrameHeader(FrameKind.WeightsUpdated, 0, 0, weights.Block, weights.Lineage, weights.Step, default, weights.Values.Length, default),
            limits);
    }

    /// <exception cref="ArgumentException">Every receiver refuses such a frame.</exception>
    public static void Check(DataChunk chunk, in FrameLimits limits)
    {
        if (!WireText.IsValid(chunk.DataSet))
            throw new ArgumentException($"The data set's name '{chunk.DataSet}' is not 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(chunk));
        Check(new FrameHeader(FrameKind.DataChunk, 0, 0, 0, 0, chunk.Index + 1L, default, chunk.Values.Length, default), limits);
    }

    private static void Check(JobId job, in FrameHeader header, in FrameLimits limits)
    {
        if (job.Value is null) throw new ArgumentException("The message names no job.", nameof(job));
        Check(header, limits);
    }

    private static void Check(in FrameHeader header, in FrameLimits limits)
    {
        var piece = header.From(0, limits.MaximumPayloadBytes);
        if (FrameHeaderRules.Refuse(piece, piece.PayloadBytes, limits) is { } reason)
            throw new ArgumentException($"Such a message cannot be sent: {reason}.", nameof(header));
    }
}
