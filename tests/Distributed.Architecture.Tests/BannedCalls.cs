using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using MathNet.Numerics.Distributions;
using static System.Math;

namespace Distributed.Architecture.Tests;

/// <summary>
/// One banned call each, in all the disguises that C# knows: what the scanner must find. Nothing runs them; the tests read their code.
/// </summary>
internal static partial class BannedCalls
{
    public static double MathLog(double x) => Math.Log(x);

    public static double UsingStatic(double x) => Tanh(x);

    public static float MathFPow(float x) => MathF.Pow(x, x);

    public static double MathEstimate(double x) => Math.ReciprocalSqrtEstimate(x);

    public static double DoubleExp(double x) => double.Exp(x);

    public static float SingleSinCos(float x) => float.SinCos(x).Sin;

    public static float SingleEstimate(float x) => float.MultiplyAddEstimate(x, x, x);

    public static double DoubleHypot(double x) => double.Hypot(x, x);

    public static T GenericMathematics<T>(T x)
        where T : IExponentialFunctions<T> => T.Exp(x);

    public static T GenericPower<T>(T x)
        where T : IFloatingPointIeee754<T> => T.Pow(x, x);

    public static Func<double, double> MethodGroup() => Math.Cbrt;

    public static IEnumerable<double> Lambda(IEnumerable<double> values) => values.Select(value => Math.Sinh(value) + 1);

    public static IEnumerable<double> Iterator()
    {
        yield return Atan2(1, 2);
    }

    public static Vector128<float> VectorExp(Vector128<float> x) => Vector128.Exp(x);

    public static float VectorSum(Vector<float> x) => Vector.Sum(x);

    public static float VectorDot(Vector256<float> x) => Vector256.Dot(x, x);

    public static Vector128<float> ApproximateReciprocal(Vector128<float> x) => System.Runtime.Intrinsics.X86.Sse.Reciprocal(x);

    public static float TensorSum(float[] x) => TensorPrimitives.Sum<float>(x);

    public static void TensorTanh(float[] x) => TensorPrimitives.Tanh<float>(x, x);

    public static double ComplexLog(Complex x) => Complex.Log(x).Real;

    public static double MathNetSampler() => Normal.Sample(new MathNet.Numerics.Random.Xoshiro256StarStar(1), 0, 1);

    public static double MathNetFunction(double x) => MathNet.Numerics.SpecialFunctions.Erf(x);

    public static int SeededRandom() => new Random(1).Next();

    public static int SharedRandom() => Random.Shared.Next();

    public static Guid NewGuid() => Guid.NewGuid();

    public static byte[] CryptographicRandom() => RandomNumberGenerator.GetBytes(8);

    public static DateTime ClockNow() => DateTime.UtcNow;

    public static DateTimeOffset ClockOffset() => DateTimeOffset.Now;

    public static long ClockTimestamp() => Stopwatch.GetTimestamp();

    public static long ClockTicks() => Environment.TickCount64;

    public static TimeProvider ClockProvider() => TimeProvider.System;

    public static int Cores() => Environment.ProcessorCount;

    public static int ThreadNumber() => Environment.CurrentManagedThreadId;

    public static IEnumerable<int> ThreadNumberInIterator()
    {
        yield return Environment.CurrentManagedThreadId;
    }

    public static void ThreadStart(Action action) => new Thread(() => action()).Start();

    public static Task TaskRun(Action action) => Task.Run(action);

    public static void ParallelFor(Action<int> action) => Parallel.For(0, 1, action);

    [LibraryImport("libm")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial double exp(double x);
}

/// <summary>What must stay allowed.</summary>
internal static class PermittedCalls
{
    public static double Exact(double x) =>
        Math.Sqrt(Math.Abs(x)) + Math.FusedMultiplyAdd(x, x, Math.Floor(x)) + Math.Round(Math.Max(x, 1)) + double.Sqrt(x);

    public static IEnumerable<double> Iterator(double x)
    {
        yield return Math.Sqrt(x);
    }

    public static int Bits(uint x) => BitOperations.Log2(x) + (int)uint.Log2(x) + int.Log2(7);

    public static Vector<float> Vectors(Vector<float> x) => Vector.FusedMultiplyAdd(x, Vector.SquareRoot(x), x / x);

    public static Vector256<int> Counts(Vector256<int> x) => Vector256.Max(x, x) + x;

    public static void Tensors(float[] x) => TensorPrimitives.Add<float>(x, x, x);

    public static string Text(double x) => x.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + new DateTime(2020, 1, 1);
}
