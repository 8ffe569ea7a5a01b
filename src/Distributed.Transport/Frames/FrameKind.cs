namespace Distributed.Transport.Frames;

/// <summary>What a frame carries. Numbers are wire format.</summary>
public enum FrameKind : byte
{
    /// <summary>A slice of a reduction node, from a worker to a block.</summary>
    PushGradient = 1,

    /// <summary>A block's weights, to a worker.</summary>
    WeightsUpdated = 2,

    /// <summary>Gives a name (of a job or a worker) a number for the rest of the connection. Without payload.</summary>
    Name = 3,

    /// <summary>A piece of a data set's file, to a node that asked for it.</summary>
    DataChunk = 4,
}

/// <summary>How values are written. Numbers are wire format.</summary>
public enum ElementFormat : byte
{
    /// <summary>IEEE 754 binary32, little-endian.</summary>
    Float32 = 0,

    /// <summary>bfloat16, the upper half of a binary32, little-endian: gradients of a job that rounds them to it. Weights are never so.</summary>
    BFloat16 = 1,
}
