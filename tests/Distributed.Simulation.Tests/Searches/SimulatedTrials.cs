using System.IO.Hashing;
using System.Text;
using Distributed.Protocol.Search;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests.Searches;

/// <summary>
/// The jobs of a search's trials: what they reach is a function of their settings, and how long they take, whether their cluster has room and which of
/// their epochs are lost with a worker is drawn.
/// </summary>
internal sealed class SimulatedTrials(VirtualTime time, Random chance, int fullEpochs)
{
    private readonly Dictionary<int, Job> _jobs = [];

    /// <summary>A job's order. The answer comes once, later; a repeated order is answered again.</summary>
    public void Run(TrialOrder order, Action<object> answer)
    {
        if (!_jobs.TryGetValue(order.Trial, out var job)) _jobs[order.Trial] = job = new Job();
        job.MustRest = false;
        if (chance.Next(12) == 0) time.After(Soon(), () => answer(new Blocked(order.Trial)));
        else Train(job, order, answer);
    }

    /// <summary>Has a job rest before its rung's end.</summary>
    public void Rest(int trial, Action<object> answer)
    {
        if (_jobs.TryGetValue(trial, out var job)) job.MustRest = true;
        time.After(Soon(), () => answer(new Rested(trial)));
    }

    /// <summary>Ends a job.</summary>
    public void Close(int trial, Action<object> answer)
    {
        if (_jobs.TryGetValue(trial, out var job)) job.IsClosed = true;
        time.After(Soon(), () => answer(new Closed(trial)));
    }

    /// <summary>A worker dies: what it had computed since the checkpoint is computed again.</summary>
    public void LoseWork()
    {
        foreach (var job in _jobs.Values) job.Epochs = job.Kept;
    }

    /// <summary>What a trial reaches after so many epochs.</summary>
    public static TrialResult Result(IReadOnlyList<string> values, int? holdAfter, int fullEpochs)
    {
        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join(';', values)));
        var (kind, epochs) = (hash % 11, holdAfter ?? fullEpochs);
        if (kind == 0) return new TrialResult(TrialState.Invalid, 0) { Message = "they do not go together" };
        if (kind == 1) return new TrialResult(TrialState.Diverged, 1) { Message = "it diverged" };
        var end = kind == 2 ? Math.Min(2, epochs) : epochs; // stops early
        var value = (hash >> 8) % 5 + 1.0 / (1 + end * (int)((hash >> 16) % 3)); // coarse: there are ties
        var isOver = end < epochs || holdAfter is null;
        return new TrialResult(isOver ? TrialState.Completed : TrialState.Held, end) { Value = value, BestEpoch = end - 1, WeightsSha256 = isOver ? $"{hash:x16}" : null };
    }

    private void Train(Job job, TrialOrder order, Action<object> answer)
    {
        var target = order.HoldAfter ?? fullEpochs;
        if (job.MustRest) return;
        if (job.Epochs >= target)
        {
            job.Kept = job.Epochs;
            time.After(Soon(), () => answer(new TrialEnded(order.Trial, order.Rung, Result(order.Values, order.HoldAfter, fullEpochs))));
            return;
        }
        time.After(Soon(), () =>
        {
            job.Epochs++;
            if (chance.Next(3) == 0) job.Kept = job.Epochs;
            Train(job, order, answer);
        });
    }

    private TimeSpan Soon() => TimeSpan.FromMilliseconds(1 + chance.Next(400) * (chance.Next(8) == 0 ? 20 : 1));

    private sealed class Job
    {
        public int Epochs { get; set; }

        public int Kept { get; set; }

        public bool MustRest { get; set; }

        public bool IsClosed { get; set; }
    }
}

/// <summary>A trial's job rests.</summary>
internal sealed record Rested(int Trial);

/// <summary>A trial's job has ended.</summary>
internal sealed record Closed(int Trial);

/// <summary>The cluster cannot run a trial.</summary>
internal sealed record Blocked(int Trial);
