using System.Runtime.CompilerServices;

namespace Distributed.Tensors;

/// <summary>The machine's scalar operations, which tests replace by wrong ones. No call is folded at compile time.</summary>
internal class ScalarArithmetic
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual float Add(float left, float right) => left + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual float Multiply(float left, float right) => left * right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual float Divide(float left, float right) => left / right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual float Sqrt(float value) => MathF.Sqrt(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual float MultiplyAdd(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual double Add(double left, double right) => left + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual double MultiplyAdd(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);
}
