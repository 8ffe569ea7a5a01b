using Akka.Actor;
using Akka.Event;
using Akka.TestKit.TestActors;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Cluster.Tests.TensorPlane;

public sealed class LeaseReclaimerSpec : ActorSpec
{
    public static TheoryData<string> Kinds => [nameof(PushGradient), nameof(WeightsUpdated), nameof(GradientArrived), nameof(WeightsArrived), nameof(ChunkArrived)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_tensor_for_an_actor_that_has_stopped_gives_its_memory_back(string kind)
    {
        ExpectStray<object>();
        var (reclaimer, lease) = (Start(), new Lease());
        var gone = Sys.ActorOf(BlackHoleActor.Props);
        Watch(gone);
        Sys.Stop(gone);
        ExpectTerminated(gone, Bound);
        gone.Tell(Tensor(kind, lease));
        Settle(reclaimer);
        Assert.Equal(1, lease.Disposed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_tensor_that_an_actor_does_not_understand_gives_its_memory_back(string kind)
    {
        ExpectStray<object>();
        var (reclaimer, lease) = (Start(), new Lease());
        Sys.EventStream.Publish(new UnhandledMessage(Tensor(kind, lease), TestActor, TestActor));
        Settle(reclaimer);
        Assert.Equal(1, lease.Disposed);
    }

    [Fact]
    public void A_tensor_whose_memory_is_its_senders_and_any_other_message_are_left_alone()
    {
        ExpectStray<object>();
        var reclaimer = Start();
        foreach (var message in new object[] { Tensor(nameof(PushGradient), null), "text", new MoveBlock() })
            Sys.EventStream.Publish(new DeadLetter(message, TestActor, TestActor));
        Settle(reclaimer);
        var lease = new Lease();
        Sys.EventStream.Publish(new DeadLetter(Tensor(nameof(PushGradient), lease), TestActor, TestActor));
        Settle(reclaimer);
        Assert.Equal(1, lease.Disposed); // it is still running
    }

    [Fact]
    public void A_restarted_reclaimer_listens_again()
    {
        ExpectStray<object>();
        var (reclaimer, lease) = (Start(), new Lease());
        RestartByItsSupervisor(reclaimer);
        Settle(reclaimer);
        Sys.EventStream.Publish(new DeadLetter(Tensor(nameof(WeightsUpdated), lease), TestActor, TestActor));
        Settle(reclaimer);
        Assert.Equal(1, lease.Disposed);
    }

    private IActorRef Start()
    {
        var reclaimer = Sys.ActorOf(Props.Create(() => new LeaseReclaimer()));
        Settle(reclaimer); // has subscribed
        return reclaimer;
    }

    private static object Tensor(string kind, IDisposable? lease) => kind switch
    {
        nameof(PushGradient) => new PushGradient(SampleJob.Id, 0, 1, 0, new ReductionNode(0, 1), new float[1], default, lease),
        nameof(WeightsUpdated) => new WeightsUpdated(SampleJob.Id, 0, 1, 0, new float[1], lease),
        nameof(GradientArrived) => new GradientArrived("node", (PushGradient)Tensor(nameof(PushGradient), lease)),
        nameof(WeightsArrived) => new WeightsArrived("node", (WeightsUpdated)Tensor(nameof(WeightsUpdated), lease)),
        _ => new ChunkArrived("node", new DataChunk("00", 0, new float[1], lease)),
    };

    private sealed class Lease : IDisposable
    {
        private int _disposed;

        public int Disposed => Volatile.Read(ref _disposed);

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }
}
