using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Frames;

/// <summary>Which messages can travel at all: found out where they are handed over, not on the writing thread.</summary>
internal static class OutgoingRules
{
    /// <exception cref="ArgumentException">No receiver would take it.</exception>
    public static void Check(PushGradient gradient, TransportOptions options) => Check(
        gradient.Job,
        new FrameHeader(FrameKind.PushGradient, 0, 0, gradient.Block, gradient.Lineage, gradient.Step, gradient.Node, gradient.Values.Length, gradient.Metrics)
        { Format = FormatOf(gradient) },
        options);

    /// <summary>How a gradient's values are written.</summary>
    public static ElementFormat FormatOf(PushGradient gradient) =>
        gradient.Format == GradientFormat.BFloat16 ? ElementFormat.BFloat16 : ElementFormat.Float32;

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

    /// <exception cref="ArgumentException">No receiver would take it.</exception>
    public static void Check(DataChunk chunk, TransportOptions options)
    {
        if (!WireText.IsValid(chunk.DataSet))
            throw new ArgumentException($"The data set's name '{chunk.DataSet}' is not 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(chunk));
        Check(new FrameHeader(FrameKind.DataChunk, 0, 0, 0, 0, chunk.Index + 1L, default, chunk.Values.Length, default), options);
    }

    private static void Check(JobId job, in FrameHeader header, TransportOptions options)
    {
        if (job.Value is null) throw new ArgumentException("The message names no job.", nameof(job));
        Check(header, options);
    }

    private static void Check(in FrameHeader header, TransportOptions options)
    {
        var piece = header.From(0, options.MaximumPayloadBytes);
        if (FrameHeaderRules.Refuse(piece, piece.PayloadBytes, options.Limits) is { } reason)
            throw new ArgumentException($"Such a message cannot be sent: {reason}.", nameof(header));
    }
}
