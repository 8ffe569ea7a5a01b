using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Memory;

namespace Distributed.Architecture.Tests;

public class ForbiddenMembersTests
{
    /// <summary>
    /// The exceptions, each with its reason: assembly's caller (Type::Method) and callee, both exact. Also a metric that never reaches a
    /// weight stands here, or it does not use the function.
    /// </summary>
    private static readonly Dictionary<(string Caller, string Callee), string> Allowed = new()
    {
        [("Distributed.Learning.Randomness.RandomStream::.ctor",
            "MathNet.Numerics.Random.Xoshiro256StarStar::.ctor(System.Int32, System.Boolean)")] = "the one generator, seeded",
        [("Distributed.Learning.Randomness.RandomStream::NextUInt64",
            "System.Random::NextBytes(System.Byte[])")] = "overridden by MathNet: the generator's raw outputs",
        [("Distributed.Data.Compressed.Spool::Keep", "System.IO.Path::GetTempFileName()")] = "the name of a temporary file, which reaches no sample",
        [("Distributed.Tensors.Memory.LargePages::Advise", "native libc::madvise")] = "asks for larger pages: where memory lies, not what is in it",
    };

    private static readonly Dictionary<string, string> Paths =
        new[] { typeof(AlignedBuffer), typeof(Network), typeof(EncodedDataSet), typeof(TrainedModel), typeof(JobSpecification) }
            .ToDictionary(type => type.Assembly.GetName().Name!, type => type.Assembly.Location);

    public static TheoryData<string> Assemblies() => [.. Paths.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Nothing_that_differs_between_machines_or_runs_can_reach_a_weight(string assembly)
    {
        using var scanner = new AssemblyScanner(Paths[assembly]);
        var uses = scanner.Uses();
        Assert.NotEmpty(uses);
        var findings = uses.Where(use => !Allowed.ContainsKey((use.Caller, use.Callee)))
            .Select(use => (Use: use, Reason: ForbiddenMembers.Reason(use)))
            .Where(finding => finding.Reason is not null)
            .Select(finding => $"{finding.Use}: {finding.Reason}");
        Assert.True(!findings.Any(), $"{scanner.Name} uses what is forbidden:\n{string.Join('\n', findings)}");
    }

    [Fact]
    public void Every_exception_is_still_needed()
    {
        var uses = new HashSet<(string, string)>();
        foreach (var path in Paths.Values)
        {
            using var scanner = new AssemblyScanner(path);
            uses.UnionWith(scanner.Uses().Where(use => ForbiddenMembers.Reason(use) is not null).Select(use => (use.Caller, use.Callee)));
        }

        Assert.Empty(Allowed.Keys.Except(uses));
    }

    [Theory]
    [InlineData("MathLog", "System.Math::Log(")]
    [InlineData("UsingStatic", "System.Math::Tanh(")]
    [InlineData("MathFPow", "System.MathF::Pow(")]
    [InlineData("MathEstimate", "System.Math::ReciprocalSqrtEstimate(")]
    [InlineData("DoubleExp", "System.Double::Exp(")]
    [InlineData("SingleSinCos", "System.Single::SinCos(")]
    [InlineData("SingleEstimate", "System.Single::MultiplyAddEstimate(")]
    [InlineData("DoubleHypot", "System.Double::Hypot(")]
    [InlineData("GenericMathematics", "System.Numerics.IExponentialFunctions`1::Exp(")]
    [InlineData("GenericPower", "System.Numerics.IPowerFunctions`1::Pow(")]
    [InlineData("MethodGroup", "System.Math::Cbrt(")]
    [InlineData("Lambda", "System.Math::Sinh(")]
    [InlineData("Iterator", "System.Math::Atan2(")]
    [InlineData("VectorExp", "System.Runtime.Intrinsics.Vector128::Exp(")]
    [InlineData("VectorSum", "System.Numerics.Vector::Sum(")]
    [InlineData("VectorDot", "System.Runtime.Intrinsics.Vector256::Dot(")]
    [InlineData("ApproximateReciprocal", "System.Runtime.Intrinsics.X86.Sse::Reciprocal(")]
    [InlineData("TensorSum", "System.Numerics.Tensors.TensorPrimitives::Sum(")]
    [InlineData("TensorTanh", "System.Numerics.Tensors.TensorPrimitives::Tanh(")]
    [InlineData("ComplexLog", "System.Numerics.Complex::Log(")]
    [InlineData("MathNetSampler", "MathNet.Numerics.Distributions.Normal::Sample(")]
    [InlineData("MathNetSampler", "MathNet.Numerics.Random.Xoshiro256StarStar::.ctor(")]
    [InlineData("MathNetFunction", "MathNet.Numerics.SpecialFunctions::Erf(")]
    [InlineData("SeededRandom", "System.Random::.ctor(System.Int32)")]
    [InlineData("SharedRandom", "System.Random::get_Shared(")]
    [InlineData("NewGuid", "System.Guid::NewGuid(")]
    [InlineData("CryptographicRandom", "System.Security.Cryptography.RandomNumberGenerator::GetBytes(")]
    [InlineData("ClockNow", "System.DateTime::get_UtcNow(")]
    [InlineData("ClockOffset", "System.DateTimeOffset::get_Now(")]
    [InlineData("ClockTimestamp", "System.Diagnostics.Stopwatch::GetTimestamp(")]
    [InlineData("ClockTicks", "System.Environment::get_TickCount64(")]
    [InlineData("ClockProvider", "System.TimeProvider::get_System(")]
    [InlineData("Cores", "System.Environment::get_ProcessorCount(")]
    [InlineData("ThreadNumber", "System.Environment::get_CurrentManagedThreadId(")]
    [InlineData("<ThreadNumberInIterator>", "System.Environment::get_CurrentManagedThreadId(")]
    [InlineData("ThreadStart", "System.Threading.Thread::.ctor(")]
    [InlineData("TaskRun", "System.Threading.Tasks.Task::Run(")]
    [InlineData("ParallelFor", "System.Threading.Tasks.Parallel::For(")]
    [InlineData("exp", "native libm::exp")]
    public void The_scanner_finds_a_banned_call_in_every_disguise(string method, string callee) =>
        Assert.Contains(FindingsIn(typeof(BannedCalls)), use =>
            use.Caller.Contains(method, StringComparison.Ordinal) && use.Callee.StartsWith(callee, StringComparison.Ordinal));

    [Fact]
    public void Every_fixture_of_a_banned_call_is_found()
    {
        var callers = FindingsIn(typeof(BannedCalls)).Select(use => use.Caller).ToList();
        var methods = typeof(BannedCalls).GetMethods().Where(method => method.DeclaringType == typeof(BannedCalls));
        Assert.All(methods, method => Assert.Contains(callers, caller => caller.Contains(method.Name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Exact_operations_stay_allowed() => Assert.Empty(FindingsIn(typeof(PermittedCalls)));

    private static List<MemberUse> FindingsIn(Type fixture)
    {
        // Lambdas and iterators are in nested types (BannedCalls+<>c), named after the method that they come from.
        using var scanner = new AssemblyScanner(fixture.Assembly.Location);
        return [.. scanner.Uses().Where(use =>
            use.Caller.StartsWith(fixture.FullName!, StringComparison.Ordinal) && ForbiddenMembers.Reason(use) is not null)];
    }
}
