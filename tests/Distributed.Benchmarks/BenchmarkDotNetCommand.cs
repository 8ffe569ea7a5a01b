using BenchmarkDotNet.Running;

namespace Distributed.Benchmarks;

/// <summary><c>bench</c>: the BenchmarkDotNet classes of this assembly.</summary>
internal static class BenchmarkDotNetCommand
{
    /// <summary>Hands the arguments on.</summary>
    public static int Run(string[] args)
    {
        BenchmarkSwitcher.FromAssembly(typeof(BenchmarkDotNetCommand).Assembly).Run(args);
        return 0;
    }
}
