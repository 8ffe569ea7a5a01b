using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Simulation.Tests.World;

/// <summary>A person at a console: starts the job, sometimes pauses it and resumes with other options, sometimes cancels it, and repeats requests
/// that go unanswered.</summary>
internal sealed class Client(SimulatedWorld world)
{
    /// <summary>Where the initial weights of a job are stored: another job's, never to be deleted.</summary>
    public const string ForeignId = "another-job";

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private RunOptions _options = world.Audits.Applied(world.Job.Options);
    private Checkpoint? _initial;
    private TimeSpan _heardAt;
    private bool _started;
    private bool _wantsPause;
    private bool _wantsCancel;

    public bool HasHeardTheEnd { get; private set; }

    /// <summary>Whether the client wants to cancel.</summary>
    public bool WantsCancel => _wantsCancel;

    public event Action? Ended;

    public void Begin()
    {
        // Drawn apart, so that earlier seeds keep their schedules.
        var holds = new Random(world.Job.Specification.Seed.GetHashCode());
        if (holds.Next(3) == 0) _options = _options with { HoldAfter = holds.Next(1, 5) };
        if (world.Job.Initial is { } initial)
        {
            var snapshot = new BlockSnapshot(world.Job.Id, 0, 0, 0, new IndexRange(0, initial.Length), initial, default, default);
            _initial = new Checkpoint(0, 0, [world.Parts.Write(ForeignId, snapshot, 0, initial.Length)], default, initial.Length);
        }
        Ask();
    }

    public void Pause(TimeSpan time)
    {
        if (!_started || _wantsPause || _wantsCancel) return;
        _wantsPause = true;
        Say(new PauseJob(world.Job.Id));
        _pauseTime = time;
    }

    private TimeSpan _pauseTime;

    public void Cancel()
    {
        if (!_started) return;
        _wantsCancel = true;
        Say(new CancelJob(world.Job.Id));
    }

    public void Hear(JobEvent jobEvent)
    {
        world.Trace?.Line($"client <- {Wording.Of(jobEvent)}");
        _heardAt = world.Time.Now;
        _started = true;
        switch (jobEvent)
        {
            case JobPaused paused when _wantsPause && !_resuming:
                if (world.Journal.Mirror.Checkpoints.All(checkpoint => checkpoint.Step != paused.Step))
                    SimulatedWorld.Fail($"paused at step {paused.Step} without a checkpoint");
                _resuming = true;
                world.Time.After(_pauseTime, Resume);
                break;
            case JobPaused when !_wantsPause && !_resuming && _options.HoldAfter <= world.Journal.Mirror.Decisions.Count:
                _resuming = true;
                _options = _options with { HoldAfter = _options.HoldAfter > 2 ? null : _options.HoldAfter + 1 };
                world.Time.After(AskAgain / 2, SayStartAgain);
                break;
            case JobFinished finished:
                if (finished.End != world.Journal.Mirror.End) SimulatedWorld.Fail($"{finished.End} announced, {world.Journal.Mirror.End} in the journal");
                HasHeardTheEnd = true;
                Ended?.Invoke();
                break;
        }
    }

    private bool _resuming;

    private void Resume()
    {
        if (world.Random.Next(2) == 0) _options = world.Audits.Applied(Jobs.SimulatedJob.DrawOptions(world.Random));
        _wantsPause = _resuming = _started = false;
        SayStart();
    }

    private void SayStartAgain()
    {
        _resuming = _started = false;
        SayStart();
    }

    private void Ask()
    {
        if (HasHeardTheEnd) return;
        if (_wantsCancel) Say(new CancelJob(world.Job.Id));
        else if (_wantsPause && !_resuming) Say(new PauseJob(world.Job.Id));
        else if (!_resuming && (!_started || world.Time.Now - _heardAt > TimeSpan.FromSeconds(8))) SayStart();
        world.Time.After(AskAgain, Ask);
    }

    private void SayStart() => Say(new StartJob(world.Job.Id, world.Job.Specification, _options, _initial));

    private void Say(ICoordinatorMessage message) => world.Post.SendPlainly("client", CoordinatorSeat.Name, message, world.Coordinators.Deliver);
}
