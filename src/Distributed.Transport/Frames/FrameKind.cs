namespace Distributed.Transport.Frames;

/// <summary>The content of a frame. The numbers are wire format.</summary>
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

/// <summary>The encoding of values. The numbers are wire format.</summary>
public enum ElementFormat : byte
{
    /// <summary>IEEE 754 binary32, little-endian.</summary>
    Float32 = 0,

    /// <summary>bfloat16, the upper half of a binary32, little-endian: gradients of a job that rounds them to it, never weights.</summary>
    BFloat16 = 1,
}
