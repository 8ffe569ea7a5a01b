namespace Distributed.Tensors.Products;

/// <summary>What happens to a finished tile before it is stored.</summary>
internal enum TileEpilogue
{
    /// <summary>Nothing.</summary>
    Store,

    /// <summary>Adds each row's bias.</summary>
    AddBias,

    /// <summary>Adds each row's bias and clips below zero.</summary>
    AddBiasRelu,

    /// <summary>Zero where the gate is not above zero: the derivative of ReLU, the gate being the layer's activations.</summary>
    GateRelu,

    /// <summary>Multiplies by the gate: any other derivative, computed in the forward pass.</summary>
    MultiplyGate,
}

/// <summary>What all tiles of one block of a product share; strides and offsets in floats.</summary>
internal unsafe struct TileTask
{
    /// <summary>From one row of A to the next.</summary>
    public nint RowStride;

    /// <summary>From one depth of A to the next.</summary>
    public nint DepthStride;

    /// <summary>Number of products in each element's chain.</summary>
    public nint Depth;

    /// <summary>The depth after which A jumps; <see cref="nint.MaxValue"/> when it is contiguous.</summary>
    public nint GroupDepth;

    /// <summary>The jump, on top of the depth strides.</summary>
    public nint GroupJump;

    /// <summary>From a tile's first register of B to its second.</summary>
    public nint PanelSecond;

    /// <summary>From one row of C to the next.</summary>
    public nint CRow;

    /// <summary>From a tile's first register of C to its second.</summary>
    public nint CSecond;

    /// <summary>From C to the gate, which has C's layout.</summary>
    public nint GateOffset;

    /// <summary>
    /// Null, or a register (16 floats, zero at first) that becomes NaN in some lane when an element of C is not finite.
    /// </summary>
    public float* Health;

    /// <summary>Whether the chains continue from C's values; otherwise they start at zero.</summary>
    public bool Accumulate;

    /// <summary>What happens before the store.</summary>
    public TileEpilogue Epilogue;
}
