namespace Distributed.Architecture.Tests;

/// <summary>
/// Members that code which decides a weight must not reach: functions whose bits differ between systems, processors, vector widths or library
/// versions, the clock, the machine, threads, and every source of numbers that the seed does not decide.
/// </summary>
/// <remarks>Rules about members of types that are otherwise allowed. Rules about whole namespaces are in <see cref="DependencyRulesTests"/>.</remarks>
internal static class ForbiddenMembers
{
    /// <summary>Of Math and MathF: exact by IEEE 754 or by definition. Whatever is not listed is forbidden, also what is yet to come.</summary>
    private static readonly HashSet<string> ExactMathematics =
    [
        "Abs", "BigMul", "BitDecrement", "BitIncrement", "Ceiling", "Clamp", "CopySign", "DivRem", "Floor", "FusedMultiplyAdd", "Max",
        "MaxMagnitude", "Min", "MinMagnitude", "Round", "Sign", "Sqrt", "Truncate",
    ];

    /// <summary>Of TensorPrimitives: element-wise and exact, or an answer of yes or no. Its sums depend on the vector width.</summary>
    private static readonly HashSet<string> ExactTensorPrimitives =
        ["Abs", "Add", "Divide", "FusedMultiplyAdd", "IsFiniteAll", "Max", "Min", "Multiply", "Negate", "Sqrt", "Subtract"];

    /// <summary>Names of transcendental functions, wherever a numeric type, a generic-mathematics interface or a vector offers them.</summary>
    private static readonly HashSet<string> Transcendental =
    [
        "Exp", "ExpM1", "Exp2", "Exp2M1", "Exp10", "Exp10M1", "Log", "LogP1", "Log2", "Log2P1", "Log10", "Log10P1", "Pow", "Cbrt", "Hypot",
        "RootN", "Sin", "SinPi", "Cos", "CosPi", "SinCos", "SinCosPi", "Tan", "TanPi", "Asin", "AsinPi", "Acos", "AcosPi", "Atan", "AtanPi",
        "Atan2", "Atan2Pi", "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Ieee754Remainder", "FromPolarCoordinates",
    ];

    /// <summary>Integer types and bit counting: their Log2 is exact.</summary>
    private static readonly HashSet<string> Integers =
    [
        "System.Byte", "System.SByte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64",
        "System.Int128", "System.UInt128", "System.IntPtr", "System.UIntPtr", "System.Numerics.BitOperations",
    ];

    private static readonly HashSet<string> Clocks =
    [
        "System.DateTime::get_Now()", "System.DateTime::get_UtcNow()", "System.DateTime::get_Today()", "System.DateTimeOffset::get_Now()",
        "System.DateTimeOffset::get_UtcNow()", "System.TimeProvider::get_System()", "System.Environment::get_TickCount()",
        "System.Environment::get_TickCount64()",
    ];

    private static readonly HashSet<string> Machine =
    [
        "System.Environment::get_ProcessorCount()", "System.Environment::get_MachineName()", "System.Environment::get_ProcessId()",
        "System.Environment::get_CurrentManagedThreadId()", "System.Environment::get_ProcessPath()",
    ];

    private static readonly HashSet<string> Threads =
    [
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.PeriodicTimer",
        "System.Threading.Tasks.Parallel", "System.Threading.Tasks.TaskFactory", "System.Linq.ParallelEnumerable", "System.Timers.Timer",
    ];

    /// <summary>Why a member is forbidden; null when it is not.</summary>
    public static string? Reason(MemberUse use)
    {
        if (use.Type.StartsWith("native ", StringComparison.Ordinal))
            return "a native function: its bits are the system's";
        if (Numeric(use) is { } numeric)
            return numeric;
        if (Randomness(use) is { } randomness)
            return randomness;
        if (Clocks.Contains(use.Callee) || use.Type == "System.Diagnostics.Stopwatch")
            return "a clock: time comes in as an argument";
        if (Machine.Contains(use.Callee) && !IsIteratorsOwn(use))
            return "a property of the machine or process, which is no input";
        if (Threads.Contains(use.Type) || (use.Type is "System.Threading.Tasks.Task" && use.Member is "Run" or "Delay"))
            return "a thread or timer: pure rules have none";
        return null;
    }

    // The compiler's class of an iterator (named <Method>d__N) remembers the thread that made it, to hand itself out as the enumerator.
    private static bool IsIteratorsOwn(MemberUse use) =>
        use.Member == "get_CurrentManagedThreadId" && use.Caller.Contains(">d__", StringComparison.Ordinal)
        && (use.Caller.EndsWith("::.ctor", StringComparison.Ordinal) || use.Caller.EndsWith(".GetEnumerator", StringComparison.Ordinal));

    private static string? Numeric(MemberUse use)
    {
        const string UseOwn = "its bits differ between systems or releases: use DeterministicMath";
        const string WidthDependent = "its order of summing depends on the vector width";
        var inIntrinsics = use.Type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal);
        if (use.Type is "System.Math" or "System.MathF")
            return ExactMathematics.Contains(use.Member) ? null : UseOwn;
        if (use.Type.StartsWith("System.Numerics.Tensors.", StringComparison.Ordinal))
            return use.Type == "System.Numerics.Tensors.TensorPrimitives" && ExactTensorPrimitives.Contains(use.Member)
                ? null
                : "not on the list of exact element-wise operations";
        if (Integers.Contains(use.Type))
            return null;
        var isNumeric = inIntrinsics || use.Type.StartsWith("System.Numerics.", StringComparison.Ordinal)
            || use.Type is "System.Double" or "System.Single" or "System.Half" or "System.Runtime.InteropServices.NFloat";
        if (!isNumeric)
            return null;
        if (Transcendental.Contains(use.Member))
            return UseOwn;
        if (use.Member.Contains("Estimate", StringComparison.Ordinal) || (inIntrinsics && use.Member.StartsWith("Reciprocal", StringComparison.Ordinal)))
            return "an approximation that differs between processors";
        var isVector = inIntrinsics || use.Type.StartsWith("System.Numerics.Vector", StringComparison.Ordinal);
        return isVector && use.Member is "Sum" or "Dot" or "DotProduct" or "HorizontalAdd" ? WidthDependent : null;
    }

    private static string? Randomness(MemberUse use)
    {
        if (use.Type == "System.Random")
            return "the library's generator or one of its samplers: use RandomStream";
        if (use.Type.StartsWith("MathNet.", StringComparison.Ordinal))
            return "MathNet's samplers, generators and statistics: use RandomStream, or add the exact function to the allow list";
        if (use.Type == "System.Guid" && use.Member is "NewGuid" or "CreateVersion7")
            return "randomness that the seed does not decide";
        if (use.Type == "System.Security.Cryptography.RandomNumberGenerator" || use.Member is "GetRandomFileName" or "GetTempFileName")
            return "randomness that the seed does not decide";
        return null;
    }
}
