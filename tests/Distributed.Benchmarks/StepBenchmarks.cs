using BenchmarkDotNet.Attributes;

namespace Distributed.Benchmarks;

/// <summary>A training step, one thread, one shard; the memory column must show zero.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private StepCell _cell = null!;

    [Params("30-64-32-2", "784-128-10", "784-512-256-10", "784-1024-1024-1024-10")]
    public string Model { get; set; } = "";

    [Params(32, 128, 512)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Prepare() => _cell = new StepCell(Model, Batch);

    [Benchmark]
    public void Step() => _cell.Step();

    [Benchmark]
    public void Pack() => _cell.PackOnly();

    [Benchmark]
    public void Update() => _cell.UpdateOnly();
}
