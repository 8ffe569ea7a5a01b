using Distributed.Protocol;

namespace Distributed.Transport;

/// <summary>Which headers make sense, beyond their bytes being whole.</summary>
internal static class FrameHeaderRules
{
    /// <summary>Null when the header may be believed, otherwise the reason.</summary>
    public static string? Refuse(in FrameHeader header, int payloadBytes, int offset, ElementFormat format, in FrameLimits limits)
    {
        if (format != ElementFormat.Float32) return $"unknown element format {(byte)format}";
        if (header.Elements < 0) return $"{header.Elements} elements";
        if (payloadBytes != (long)header.Elements * sizeof(float)) return $"{payloadBytes} bytes for {header.Elements} elements";
        if (payloadBytes > limits.MaximumPayloadBytes) return $"{payloadBytes} bytes of values; the limit is {limits.MaximumPayloadBytes}";
        if (offset != 0) return $"offset {offset}: slices travel whole";
        if (header.Block is < 0 or >= BlockLayout.MaximumBlocks) return $"block {header.Block}";
        if (header.Lineage < 0) return $"lineage {header.Lineage}";
        if (header.Step < 0) return $"step {header.Step}";
        return header.Kind switch
        {
            FrameKind.PushGradient => RefuseGradient(header),
            FrameKind.WeightsUpdated => RefuseWeights(header),
            _ => $"unknown kind {(byte)header.Kind}",
        };
    }

    private static string? RefuseGradient(in FrameHeader header)
    {
        var node = header.Node;
        if (node.First < 0 || node.Count < 1 || node.First > int.MaxValue - node.Count) return $"reduction node {node.First}+{node.Count}";
        if (header.WorkerSlot != 0) return "a gradient with a receiving worker";
        if (header.Metrics.Samples < 0 || header.Metrics.Correct < 0 || header.Metrics.FirstBadShard < 0) return "negative metrics";
        return null;
    }

    private static string? RefuseWeights(in FrameHeader header) =>
        header.Node != default || header.Metrics != default ? "weights with a reduction node or metrics" : null;
}
