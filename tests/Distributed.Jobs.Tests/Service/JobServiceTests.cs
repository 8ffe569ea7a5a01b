using Distributed.Cluster.Messages;
using Distributed.Cluster.Searches;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Service;

/// <summary>The one road of a job over a scripted cluster: what is stored, in which order, and what a model is made of.</summary>
public sealed class JobServiceTests
{
    private static readonly SubmissionFacts Facts = new("buyers", null, null, null, 1, null, null);

    private readonly ScriptedCluster _cluster = new();
    private readonly JobService _service;

    public JobServiceTests() => _service = new JobService(_cluster, _cluster);

    [Fact]
    public async Task A_submission_takes_its_data_in_stores_its_encoding_once_and_takes_the_next_name_when_one_is_taken()
    {
        _cluster.Verdicts.Enqueue(QueueVerdict.NameTaken);
        var answer = await _service.SubmitAsync(Resolve(), new RunOptions(), Facts, CancellationToken.None);
        Assert.Equal((QueueVerdict.Done, "buyers-2"), (answer.Verdict, answer.Job.Value));
        Assert.Equal(["data", "encoding", "start buyers-1", "start buyers-2"], _cluster.Done);
        Assert.Equal(["encoding-0"], _cluster.Bytes.Keys);
        Assert.Equal("encoding-0", _cluster.EncodingId);
    }

    [Fact]
    public async Task A_given_name_that_is_taken_is_told_and_a_cluster_that_takes_no_name_is_not_asked_for_ever()
    {
        for (var i = 0; i < 100; i++) _cluster.Verdicts.Enqueue(QueueVerdict.NameTaken);
        Assert.Equal(QueueVerdict.NameTaken, (await _service.SubmitAsync(Resolve((Settings.Name, "mine")), new RunOptions(), Facts, CancellationToken.None)).Verdict);
        Assert.Equal(1, _cluster.Done.Count(done => done.StartsWith("start", StringComparison.Ordinal)));
        Assert.Equal(QueueVerdict.NameTaken, (await _service.SubmitAsync(Resolve(), new RunOptions(), Facts, CancellationToken.None)).Verdict);
        Assert.Equal(1 + 20, _cluster.Done.Count(done => done.StartsWith("start", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_that_begins_from_another_stores_the_weights_of_its_last_checkpoint()
    {
        var before = Record(Resolve()) with { LastCheckpoint = 45 };
        var weights = _cluster.Weights = new float[new ParameterLayout(before.Specification.Network).Count];
        weights[3] = 7;
        var job = JobService.Resolve(new GivenSettings(), JobResolution.SourceOf(new GivenSettings(), before), before, DataSets.Load);
        Assert.Equal(before.Specification.Network, job.Specification.Network);

        var submission = await _service.PrepareAsync(job, new JobId("next"), new RunOptions(), CancellationToken.None);
        await _service.StartAsync(submission, CancellationToken.None);

        Assert.Equal(new InitialWeights(ParameterHash.Compute(weights), "job before, step 45"), submission.Specification.Initial);
        Assert.Equal(["data", "encoding", "weights of next", "start next"], _cluster.Done);
    }

    [Fact]
    public async Task A_job_that_is_resumed_and_a_model_of_it_have_the_encoding_that_it_kept()
    {
        var job = Resolve();
        var kept = job.Data.Encoding with { Target = job.Data.Encoding.Target with { Name = "kept" } };
        _cluster.Bytes["of-the-job"] = EncodingFile.Write(kept);
        _cluster.Weights = new float[new ParameterLayout(job.Specification.Network).Count];
        var record = Record(job) with { EncodingId = "of-the-job", LastCheckpoint = 45 };

        Assert.Equal("kept", (await _service.ReadModelAsync(record, CheckpointChoice.Last, CancellationToken.None)).Encoding.Target.Name);
        var submission = await _service.PrepareAgainAsync(record, new RunOptions(), CancellationToken.None);
        Assert.Equal("kept", submission.Data.Encoding.Target.Name);
        await _service.StartAsync(submission, CancellationToken.None);
        Assert.Equal(["data", "start before"], _cluster.Done);

        var model = await _service.ReadModelAsync(record with { EncodingId = null }, CheckpointChoice.Last, CancellationToken.None);
        Assert.Equal(job.Data.Encoding.Target.Name, model.Encoding.Target.Name);
        Assert.Equal(45, model.Origin.Step);
    }

    [Fact]
    public async Task A_job_without_a_checkpoint_has_no_model()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => _service.ReadModelAsync(Record(Resolve()), CheckpointChoice.Best, CancellationToken.None));
        Assert.Equal("before has no best checkpoint yet: resume it to get one", error.Message);
    }

    [Fact]
    public async Task What_changes_a_jobs_course_goes_one_way_and_its_refusal_comes_back()
    {
        var job = new JobId("before");
        foreach (var verdict in (QueueVerdict[])[QueueVerdict.Done, QueueVerdict.Done, QueueVerdict.Conflict]) _cluster.Verdicts.Enqueue(verdict);
        await _service.PauseAsync(job, CancellationToken.None);
        await _service.CancelAsync(job, CancellationToken.None);
        var refused = await _service.SteerAsync(job, JobSteering.Resume, new RunOptions { Blocks = 3 }, CancellationToken.None);
        Assert.Equal((QueueVerdict.Conflict, "as told"), (refused.Verdict, refused.Reason));
        Assert.Equal(["Pause before", "Cancel before", "Resume before 3"], _cluster.Done);
    }

    private static ResolvedJob Resolve(params (Setting Setting, string Text)[] settings)
    {
        var given = new GivenSettings();
        given.Give(Settings.Data, "buyers");
        foreach (var (setting, text) in settings) given.Give(setting, text);
        return JobService.Resolve(given, JobResolution.SourceOf(given, null), null, DataSets.Load);
    }

    private static JobRecord Record(ResolvedJob job) =>
        new(new JobId("before"), DateTimeOffset.UnixEpoch, job.Specification, new RunOptions(), job.Source, [], null, null, null);

    private sealed class ScriptedCluster : IJobDispatch, IJobStore
    {
        public Task EndAsync(JobId job, StopReason reason, CancellationToken cancellation) => throw new NotSupportedException();

        public Task StartSearchAsync(SearchSubmission search, ITrialRunner trials, RunningSearch running, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation) => throw new NotSupportedException();

        private int _named;

        public List<string> Done { get; } = [];

        public Queue<QueueVerdict> Verdicts { get; } = [];

        public Dictionary<string, byte[]> Bytes { get; } = [];

        public float[] Weights { get; set; } = [];

        public string? EncodingId { get; private set; }

        public Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation) => Task.FromResult(new JobId($"{dataName}-{++_named}"));

        public Task TakeInAsync(EncodedDataSet data, CancellationToken cancellation) => Does("data");

        public Task<QueueAnswered> StartAsync(JobSubmission submission, Checkpoint? initial, string? encodingId, CancellationToken cancellation)
        {
            EncodingId = encodingId;
            Does($"start {submission.Id}");
            return Task.FromResult(new QueueAnswered(submission.Id, Verdicts.Count > 0 ? Verdicts.Dequeue() : QueueVerdict.Done, null, null));
        }

        public Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation) => Task.FromResult(Weights);

        public async Task<Checkpoint> StoreInitialAsync(JobId job, float[] parameters, CancellationToken cancellation)
        {
            await Does($"weights of {job}");
            return new Checkpoint(0, 0, [], default, parameters.Length);
        }

        public async Task<string> StoreBytesAsync(string kind, byte[] bytes, CancellationToken cancellation)
        {
            await Does(kind);
            Bytes.Add($"{kind}-{Bytes.Count}", bytes);
            return $"{kind}-{Bytes.Count - 1}";
        }

        public Task<byte[]?> FindBytesAsync(string id, CancellationToken cancellation) => Task.FromResult(Bytes.GetValueOrDefault(id));

        public async Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation)
        {
            await Does($"{steering} {job} {options?.Blocks}".TrimEnd());
            return new QueueAnswered(job, Verdicts.Dequeue(), "as told", null);
        }

        public IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation) => throw new NotSupportedException();

        private Task Does(string what)
        {
            Done.Add(what);
            return Task.CompletedTask;
        }
    }
}
