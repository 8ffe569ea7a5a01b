using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Hosting;

namespace Distributed.Cluster.Tests.Compute;

public sealed class StepDispatcherTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create(
        "step", ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(ClusterConfig.Common));

    private StepDispatcher Dispatcher => (StepDispatcher)_system.Dispatchers.Lookup(StepDispatcher.Path);

    [Fact]
    public async Task Without_attending_threads_actors_run_on_the_pool()
    {
        var actor = NewTeller();
        Assert.True((await actor.Ask<Place>("where", Bound)).IsPool);
    }

    [Fact]
    public void An_attending_thread_runs_the_actors_itself()
    {
        var (dispatcher, actor, ranHere) = (Dispatcher, NewTeller(), false);
        var thread = new Thread(() =>
        {
            dispatcher.Attend();
            // The pool may still be in the actor's first run and process one more message.
            var clock = Stopwatch.StartNew();
            while (!ranHere && clock.Elapsed < Bound)
            {
                var where = actor.Ask<Place>("where", Bound);
                while (!where.IsCompleted) dispatcher.TryRun();
                ranHere = where.IsCompletedSuccessfully && where.Result.Thread == Environment.CurrentManagedThreadId;
            }

            dispatcher.Leave();
        });
        thread.Start();
        Assert.True(thread.Join(2 * Bound));
        Assert.True(ranHere);
    }

    [Fact]
    public async Task What_waits_when_the_last_thread_leaves_goes_to_the_pool()
    {
        var actor = NewTeller();
        Dispatcher.Attend();
        var where = actor.Ask<Place>("where", Bound);
        Dispatcher.Leave();
        Assert.True((await where).IsPool);
    }

    [Fact]
    public async Task No_message_is_left_behind_while_threads_come_and_go()
    {
        const int seed = 5, rounds = 2000, actors = 4;
        var dispatcher = Dispatcher;
        using var stop = new CancellationTokenSource();
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            var random = new Random(seed + i);
            while (!stop.IsCancellationRequested)
            {
                dispatcher.Attend();
                for (var n = random.Next(20); n > 0; n--) dispatcher.TryRun();
                dispatcher.Leave();
                Thread.SpinWait(random.Next(200));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        try
        {
            var tellers = Enumerable.Range(0, actors).Select(_ => _system.ActorOf(Props.Create(() => new ThreadTeller()).WithDispatcher(StepDispatcher.Path))).ToList();
            for (var round = 0; round < rounds; round++)
                await Task.WhenAll(tellers.Select(teller => teller.Ask<Place>(round, Bound))); // a forgotten actor never answers
        }
        finally
        {
            await stop.CancelAsync();
            threads.ForEach(thread => thread.Join());
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    private IActorRef NewTeller() => _system.ActorOf(Props.Create(() => new ThreadTeller()).WithDispatcher(StepDispatcher.Path));

    private sealed record Place(int Thread, bool IsPool);

    /// <summary>Answers any message with the thread it runs on.</summary>
    private sealed class ThreadTeller : ReceiveActor
    {
        public ThreadTeller() => ReceiveAny(_ => Sender.Tell(new Place(Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)));
    }
}
