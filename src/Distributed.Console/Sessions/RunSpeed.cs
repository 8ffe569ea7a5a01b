using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>How fast a run goes: turns a job's steps into samples and measures them.</summary>
/// <param name="specification">The job's.</param>
/// <param name="clock">The clock.</param>
internal sealed class RunSpeed(JobSpecification specification, TimeProvider clock)
{
    private readonly ThroughputMeter _meter = new(clock);
    private bool _hasProgressed;

    /// <summary>Whether <see cref="Begin"/> was called.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The job's epochs and steps.</summary>
    public EpochPlan Plan { get; } = new(specification);

    /// <summary>Samples per second over the whole run.</summary>
    public double Overall => _meter.Overall;

    /// <summary>The duration of the run so far.</summary>
    public TimeSpan Elapsed => _meter.Elapsed;

    /// <summary>The run begins at a step.</summary>
    public void Begin(long step)
    {
        HasBegun = true;
        _meter.Begin(SamplesAt(step));
    }

    /// <summary>A step is done. The recent samples per second, and the time left at that rate; null while it is unknown.</summary>
    /// <param name="step">The step.</param>
    /// <param name="beginsHere">Whether the first call begins the measurement: what was done before was not followed.</param>
    public (double Rate, TimeSpan? Left) Progress(long step, bool beginsHere)
    {
        if (beginsHere && !_hasProgressed) Begin(step);
        _hasProgressed = true;
        _meter.Report(SamplesAt(step));
        var rate = _meter.Recent;
        var left = SamplesAt(Plan.TotalSteps) - SamplesAt(step);
        return (rate, rate > 0 ? TimeSpan.FromSeconds(Math.Min(left / rate, TimeSpan.MaxValue.TotalSeconds / 2)) : null);
    }

    /// <summary>An epoch ends after a step. The epoch's samples per second.</summary>
    public double EndEpoch(long step) => _meter.EndEpoch(SamplesAt(step));

    /// <summary>The run ends after a step.</summary>
    public void Finish(long step) => _meter.Report(SamplesAt(step));

    private long SamplesAt(long step)
    {
        var training = (long)specification.Data.TrainingSamples;
        var inEpoch = Math.Min(step % Plan.StepsPerEpoch * specification.BatchSize, training);
        return step / Plan.StepsPerEpoch * training + inEpoch;
    }
}
