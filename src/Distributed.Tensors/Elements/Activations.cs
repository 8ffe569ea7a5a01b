using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Mathematics;

namespace Distributed.Tensors.Elements;

/// <summary>An activation and its derivative at one register of weighted sums.</summary>
internal interface IActivation<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    static abstract (TVector Value, TVector Derivative) At(TVector z);
}

/// <summary>Activations over whole panels: the count is a multiple of <c>Panel.Width</c>, so there are no remainders.</summary>
internal static unsafe class Activations<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Replaces weighted sums by activations, and writes the derivatives at the sums unless that is null.</summary>
    public static void Run(Activation activation, float* values, float* derivatives, int count)
    {
        switch (activation)
        {
            case Activation.Identity: Loop<Identity>(values, derivatives, count); break;
            case Activation.Relu: Loop<Relu>(values, derivatives, count); break;
            case Activation.LeakyRelu: Loop<LeakyRelu>(values, derivatives, count); break;
            case Activation.Gelu: Loop<Gelu>(values, derivatives, count); break;
            case Activation.Tanh: Loop<Tanh>(values, derivatives, count); break;
            case Activation.Sigmoid: Loop<Sigmoid>(values, derivatives, count); break;
            default: throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    /// <summary>values ·= factors, and derivatives ·= factors unless that is null.</summary>
    public static void Scale(float* values, float* derivatives, float* factors, int count)
    {
        for (var i = 0; i < count; i += TLanes.Count)
        {
            var factor = TLanes.Load(factors + i);
            TLanes.Store(values + i, TLanes.Multiply(TLanes.Load(values + i), factor));
            if (derivatives != null) TLanes.Store(derivatives + i, TLanes.Multiply(TLanes.Load(derivatives + i), factor));
        }
    }

    private static void Loop<TActivation>(float* values, float* derivatives, int count)
        where TActivation : struct, IActivation<TLanes, TVector>
    {
        if (derivatives == null)
        {
            for (var i = 0; i < count; i += TLanes.Count) TLanes.Store(values + i, TActivation.At(TLanes.Load(values + i)).Value);
            return;
        }

        for (var i = 0; i < count; i += TLanes.Count)
        {
            var (value, derivative) = TActivation.At(TLanes.Load(values + i));
            TLanes.Store(values + i, value);
            TLanes.Store(derivatives + i, derivative);
        }
    }

    private readonly struct Identity : IActivation<TLanes, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z) => (z, TLanes.Broadcast(1f));
    }

    private readonly struct Relu : IActivation<TLanes, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z)
        {
            // A NaN stays one, as the loss must show it.
            var zero = TLanes.Broadcast(0f);
            return (TLanes.Select(TLanes.LessThan(z, zero), zero, z), TLanes.And(TLanes.GreaterThan(z, zero), TLanes.Broadcast(1f)));
        }
    }

    private readonly struct LeakyRelu : IActivation<TLanes, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z)
        {
            var slope = TLanes.Select(TLanes.GreaterThan(z, TLanes.Broadcast(0f)), TLanes.Broadcast(1f), TLanes.Broadcast(0.01f));
            return (TLanes.Multiply(z, slope), slope);
        }
    }

    private readonly struct Gelu : IActivation<TLanes, TVector>
    {
        /// <summary>z·Φ(z) and Φ(z) + z·φ(z).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z)
        {
            var half = TLanes.Broadcast(0.5f);
            var erf = LaneMath<TLanes, TVector>.Erf(TLanes.Multiply(z, TLanes.Broadcast(0.70710678118654752f)));
            var distribution = TLanes.MultiplyAdd(half, erf, half);
            var density = LaneMath<TLanes, TVector>.Exp(TLanes.Multiply(TLanes.Multiply(z, z), TLanes.Broadcast(-0.5f)));
            density = TLanes.Multiply(density, TLanes.Broadcast(0.39894228040143268f));
            return (TLanes.Multiply(z, distribution), TLanes.MultiplyAdd(z, density, distribution));
        }
    }

    private readonly struct Tanh : IActivation<TLanes, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z)
        {
            var one = TLanes.Broadcast(1f);
            var value = LaneMath<TLanes, TVector>.Tanh(z);
            return (value, TLanes.Subtract(one, TLanes.Multiply(value, value)));
        }
    }

    private readonly struct Sigmoid : IActivation<TLanes, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TVector Value, TVector Derivative) At(TVector z)
        {
            var value = LaneMath<TLanes, TVector>.Sigmoid(z);
            return (value, TLanes.Multiply(value, TLanes.Subtract(TLanes.Broadcast(1f), value)));
        }
    }
}
