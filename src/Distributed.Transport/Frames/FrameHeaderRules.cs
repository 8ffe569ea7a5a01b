using Distributed.Protocol.Planning;

namespace Distributed.Transport.Frames;

/// <summary>The rules of a valid header, beyond its checksum.</summary>
internal static class FrameHeaderRules
{
    /// <summary>Null when the header is valid, otherwise the reason.</summary>
    public static string? Refuse(in FrameHeader header, int payloadBytes, in FrameLimits limits)
    {
        if (header.Format is not (ElementFormat.Float32 or ElementFormat.BFloat16)) return $"unknown element format {(byte)header.Format}";
        if (header.Elements < 0 || header.Elements > limits.MaximumElements) return $"{header.Elements} elements; the limit is {limits.MaximumElements}";
        if (payloadBytes > limits.MaximumPayloadBytes) return $"{payloadBytes} bytes of values; the limit is {limits.MaximumPayloadBytes}";
        if (payloadBytes != (long)header.Count * header.ElementBytes) return $"{payloadBytes} bytes for {header.Count} elements";
        if (header.Offset < 0 || header.Offset > header.Elements - header.Count)
            return $"{header.Count} elements at offset {header.Offset} of {header.Elements}";
        if (header.IsInSharedMemory && (header.Format != ElementFormat.Float32 || header.Count != header.Elements || header.Count == 0))
            return "values in shared memory that are not a whole tensor of float32";
        if (header.Count < 0 || (header.Count == 0 && header.Elements > 0)) return $"a piece of {header.Count} elements";
        if (header.Block is < 0 or >= BlockLayout.MaximumBlocks) return $"block {header.Block}";
        if (header.Lineage < 0) return $"lineage {header.Lineage}";
        if (header.Step < 0) return $"step {header.Step}";
        return header.Kind switch
        {
            FrameKind.PushGradient => RefuseGradient(header),
            FrameKind.WeightsUpdated => RefuseWeights(header),
            FrameKind.DataChunk => RefuseChunk(header),
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

    private static string? RefuseChunk(in FrameHeader header)
    {
        if (header.Format != ElementFormat.Float32) return "a chunk of data that is rounded";
        if (header.JobSlot != 0 || header.Block != 0 || header.Lineage != 0) return "a chunk of data with a job";
        if (header.Step > int.MaxValue) return $"chunk {header.Step - 1}";
        return header.Node != default || header.Metrics != default ? "a chunk of data with a reduction node or metrics" : null;
    }

    private static string? RefuseWeights(in FrameHeader header) =>
        header.Format != ElementFormat.Float32 ? "weights that are not float32"
        : header.Node != default || header.Metrics != default ? "weights with a reduction node or metrics" : null;
}
