using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Distributed.Cluster.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Tests.Hosting;

/// <summary>Akka's log events as written to the log.</summary>
public sealed class AkkaLogTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<string> _lines = [];

    [Fact]
    public async Task A_failure_is_one_line_with_its_causes_own_words_and_comes_once_a_minute()
    {
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(new CallbackLoggerProvider(_lines.Add, Microsoft.Extensions.Logging.LogLevel.Warning)));
        var configuration = ConfigurationFactory.ParseString(
            $"akka {{ loglevel = WARNING, stdout-loglevel = OFF, loggers = [\"{typeof(AkkaLog).AssemblyQualifiedName}\"] }}");
        using var system = ActorSystem.Create("log", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(configuration), new AkkaLogSetup(loggers)));
        for (var i = 0; i < 3; i++) Akka.Event.Logging.GetLogger(system, "here").Error(Caught(), "it fails\n   at a line of its own");
        Akka.Event.Logging.GetLogger(system, "here").Error(Caught(), "Failed to persist event type [Distributed.Protocol.EpochDecided] with sequence number [1]"); // StoreOutage's job
        Akka.Event.Logging.GetLogger(system, "journal").Error(await ChildOfAStoppedActorAsync(system), "Failure during SQL Journal initialization.");
        for (var i = 0; i < 300; i++) Akka.Event.Logging.GetLogger(system, "TcpServerHandler").Warning($"Rejected incoming connection from [[10.0.0.1:{i}]] due to TLS handshake failure.");
        for (var i = 0; i < 300; i++) Akka.Event.Logging.GetLogger(system, $"akka://d/system/transports/akkaprotocolmanager.tcp.0/akkaProtocol-{i}").Error($"Error while decoding incoming Akka PDU of length {i}");
        Akka.Event.Logging.GetLogger(system, "here").Warning("the last");
        var heard = new List<string>();
        while (heard.LastOrDefault()?.Contains("the last", StringComparison.Ordinal) != true)
            heard.Add(_lines.TryTake(out var line, Bound) ? line : throw new TimeoutException(string.Join('|', heard)));
        Assert.Collection(
            heard,
            line => Assert.Matches("^error: akka: here.*: it fails: the disk is full$", line),
            line => Assert.Matches("^warning: akka: TcpServerHandler.*: Rejected incoming connection from .*10.0.0.1:0", line),
            line => Assert.Matches("^error: akka: akka://d/system/transports/.*: Error while decoding incoming Akka PDU of length 0$", line),
            line => Assert.Matches("^warning: akka: here.*: the last$", line));
        await system.Terminate().WaitAsync(Bound);
    }

    /// <summary>What Akka throws when an actor that has been stopped creates a child.</summary>
    private static async Task<Exception> ChildOfAStoppedActorAsync(ActorSystem system)
    {
        var caught = new TaskCompletionSource<Exception>();
        system.ActorOf(Props.Create(() => new LateParent(caught)));
        return await caught.Task.WaitAsync(Bound);
    }

    private sealed class LateParent : UntypedActor
    {
        private readonly TaskCompletionSource<Exception> _caught;

        public LateParent(TaskCompletionSource<Exception> caught)
        {
            _caught = caught;
            Context.ActorOf(Props.Create(() => new LateChild()));
            Context.Stop(Self);
        }

        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop()
        {
            try
            {
                Context.ActorOf(Props.Create(() => new LateChild()));
                _caught.SetException(new InvalidOperationException("a stopped actor has made a child"));
            }
            catch (InvalidOperationException e)
            {
                _caught.SetResult(e);
            }
        }
    }

    private sealed class LateChild : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private static AggregateException Caught()
    {
        try
        {
            throw new AggregateException(new IOException("the disk is full\nand more"));
        }
        catch (AggregateException e)
        {
            return e;
        }
    }
}
