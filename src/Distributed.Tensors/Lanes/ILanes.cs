namespace Distributed.Tensors.Lanes;

/// <summary>
/// The operations that kernels are written in, once for every register width. Each is exact IEEE 754 or a bit operation, lane by lane,
/// so a kernel gives the same bits for every implementation. Masks are lanes of all ones or all zeros.
/// </summary>
/// <typeparam name="TVector">The register: <see cref="float"/>, or a vector of float.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(float* target, TVector value);

    static abstract TVector Broadcast(float value);

    /// <summary>Lane i from label i, as integers kept in the register's bits.</summary>
    static abstract TVector LoadBits(int* source);

    static abstract void StoreBits(int* target, TVector value);

    static abstract TVector BroadcastBits(int value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    static abstract TVector Sqrt(TVector value);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract TVector GreaterThan(TVector left, TVector right);

    static abstract TVector LessThan(TVector left, TVector right);

    static abstract TVector EqualBits(TVector left, TVector right);

    /// <summary>Where the mask is set <paramref name="chosen"/>, else <paramref name="other"/>.</summary>
    static abstract TVector Select(TVector mask, TVector chosen, TVector other);

    static abstract TVector And(TVector left, TVector right);

    static abstract TVector Or(TVector left, TVector right);

    static abstract TVector AddBits(TVector left, TVector right);

    static abstract TVector SubtractBits(TVector left, TVector right);

    static abstract TVector ShiftLeftBits(TVector value, int count);

    /// <summary>Keeps the sign, as integers.</summary>
    static abstract TVector ShiftRightBits(TVector value, int count);

    /// <summary>Integers in the lanes' bits to floats.</summary>
    static abstract TVector BitsToFloat(TVector value);
}
