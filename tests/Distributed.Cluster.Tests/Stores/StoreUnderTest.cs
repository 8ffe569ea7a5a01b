using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>An actor system with the shipped store configuration and nothing else of a node.</summary>
internal sealed class StoreUnderTest : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Func<DbConnection> _connect;

    public StoreUnderTest(string provider, string connectionString, Func<DbConnection> connect)
    {
        _connect = connect;
        var store = $"connection-string = \"{connectionString.Replace("\\", "\\\\", StringComparison.Ordinal)}\"\nprovider-name = \"{provider}\"";
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory
            .ParseString($"akka.persistence.journal.sql {{\n{store}\n}}\nakka.persistence.snapshot-store.sql {{\n{store}\n}}\nakka.cluster.roles = []\nakka.coordinated-shutdown.run-by-actor-system-terminate = off")
            .WithFallback(ClusterConfig.Common).WithFallback(Akka.Persistence.Sql.SqlPersistence.DefaultConfiguration)));
        if (SqliteStore.IsProvider(provider)) setup = setup.And(SqliteStore.Connections(provider, connectionString));
        System = ActorSystem.Create("store", setup);
    }

    public ActorSystem System { get; }

    public long Scalar(string sql)
    {
        using var connection = _connect();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public void Execute(string sql)
    {
        using var connection = _connect();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public Writer Open(JobId job) => new(System, job);

    public void Dispose() => System.Terminate().Wait(Bound);

    /// <summary>Holds a journal as a coordinator does; its answers are taken one by one.</summary>
    internal sealed class Writer
    {
        private readonly BlockingCollection<object> _heard = [];
        private readonly IActorRef _parent;

        public Writer(ActorSystem system, JobId job)
        {
            var heard = _heard;
            _parent = system.ActorOf(Props.Create(() => new Holder(job, heard)));
            Recovered = Next<JournalRecovered>();
        }

        public JournalRecovered Recovered { get; }

        public void Write(JournalEvent journalEvent)
        {
            _parent.Tell(journalEvent);
            Next<JournalWritten>();
        }

        /// <summary>Attempts a write that stops the journal.</summary>
        public void WriteInVain(JournalEvent journalEvent)
        {
            _parent.Tell(journalEvent);
            Next<Terminated>();
        }

        private T Next<T>() => _heard.TryTake(out var message, Bound)
            ? Assert.IsType<T>(message)
            : throw new TimeoutException($"no {typeof(T).Name} within {Bound.TotalSeconds:0} s");
    }

    private sealed class Holder : ReceiveActor
    {
        public Holder(JobId job, BlockingCollection<object> heard)
        {
            var journal = Context.Watch(Context.ActorOf(JobJournal.Props(job, new StoreOutage(NullLogger.Instance, TimeProvider.System))));
            Receive<JournalEvent>(journal.Tell);
            ReceiveAny(heard.Add);
        }
    }
}
