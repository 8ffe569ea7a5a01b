using System.Runtime.InteropServices;
using Distributed.Cluster;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;

namespace Distributed.Jobs.Checks;

/// <summary>
/// Recomputes a job in one loop, from its specification and samples alone, and compares the bits with the stored ones. It does not depend on
/// how the work was distributed in training.
/// </summary>
internal sealed class Verification
{
    private readonly VerificationSubject _subject;
    private readonly JobReplay _replay;

    /// <param name="subject">The job.</param>
    /// <param name="data">Its samples.</param>
    /// <param name="threads">Threads; they move no bit.</param>
    public Verification(VerificationSubject subject, EncodedDataSet data, int threads)
    {
        _subject = subject;
        var shards = new EpochPlan(subject.Specification).ShardCount(0);
        _replay = new JobReplay(subject.Specification, data, null, Math.Clamp(threads, 1, shards), (left, right) => Parallel.Invoke(left, right));
    }

    /// <summary>Begins at the first stored checkpoint instead of the job's beginning: less to compute, and less that is shown.</summary>
    /// <returns>Why it cannot: there are not two of them, or they hold no state of the optimizer. Null when it does.</returns>
    public async Task<string?> BeginAtFirstCheckpointAsync()
    {
        if (_subject.Steps.Count < 2) return $"{_subject.Job} has one checkpoint, and from one to the next needs two; leave it out to begin at step 0";
        var first = await _subject.Read(_subject.Steps[0]).ConfigureAwait(false);
        if (first.Step > 0 && first.State.Length == 0 && _replay.State.Length > 0)
            return "a model folder holds no optimizer state; give a job of a store";
        _replay.Restore(first.Step, first.Weights, first.State);
        return null;
    }

    /// <summary>Begins with the weights that the job was given, when it was.</summary>
    /// <param name="file">A safetensors file with them; null when the store has them.</param>
    /// <exception cref="UsageException">They are not there, or are others.</exception>
    public async Task BeginWithGivenWeightsAsync(string? file)
    {
        if (_subject.Specification.Initial is not { } expected)
        {
            if (file is not null) throw new SettingException(Settings.InitialWeights, $"{Settings.InitialWeights}: {_subject.Job} began with random weights");
            return;
        }
        float[] weights;
        if (file is not null) weights = GivenWeights.Read(file, _subject.Specification.Network, expected.WeightsSha256);
        else if (_subject.Steps[0] == 0) weights = (await _subject.Read(0).ConfigureAwait(false)).Weights;
        else
        {
            throw new SettingException(
                Settings.InitialWeights, $"{_subject.Job} began with the weights of {expected.Origin}, which are not here: give them with {Settings.InitialWeights} FILE");
        }
        if (ParameterHash.Compute(weights) != expected.WeightsSha256)
            throw new UsageException($"{_subject.Job} began with other weights, those of {expected.Origin} (SHA-256 {expected.WeightsSha256[..12]}…)");
        _replay.Restore(0, weights, []);
    }

    /// <summary>Goes from stored step to stored step, and says of each whether it is bit-equal; ends at the first that is not.</summary>
    /// <exception cref="TrainingException">The replay came to a number that is not finite, or a checkpoint cannot be read.</exception>
    public async IAsyncEnumerable<CheckpointVerdict> RunAsync()
    {
        foreach (var step in _subject.Steps.Where(step => step > _replay.Step))
        {
            var stored = await _subject.Read(step).ConfigureAwait(false);
            try
            {
                _replay.RunTo(step);
            }
            catch (ArithmeticException e)
            {
                throw new TrainingException($"{_subject.Job} cannot be computed again up to its checkpoint of step {step}: {e.Message}", e);
            }
            var verdict = Compare(stored);
            yield return verdict;
            if (!verdict.IsEqual) yield break;
        }
    }

    private CheckpointVerdict Compare(StoredCheckpoint stored)
    {
        if (stored.Weights.Length != _replay.Weights.Length)
            throw new TrainingException($"the checkpoint of step {stored.Step} holds {stored.Weights.Length} parameters, the network has {_replay.Weights.Length}");
        var theirs = Bits(stored.Weights);
        var ours = Bits(_replay.Weights);
        var differing = 0;
        for (var i = 0; i < ours.Length; i++) differing += theirs[i] == ours[i] ? 0 : 1;
        return new CheckpointVerdict(
            stored.Step, ParameterHash.Compute(stored.Weights), ParameterHash.Compute(_replay.Weights),
            stored.State.Length == 0 ? null : Bits(stored.State).SequenceEqual(Bits(_replay.State)), differing);
    }

    private static ReadOnlySpan<int> Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan());
}
