using Distributed.Cluster.Messages;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Tests.Wire;

/// <summary>Everything stored in a journal or sent to another process, except tensors.</summary>
internal static class ProtocolMessages
{
    private static readonly Type[] Kinds =
        [typeof(ICoordinatorMessage), typeof(IBlockMessage), typeof(IWorkerMessage), typeof(JobEvent), typeof(JournalEvent), typeof(QueueEvent), typeof(SearchEvent), typeof(IClusterMessage)];

    public static IEnumerable<Type> Types =>
        new[] { typeof(JobEvent).Assembly, typeof(ProtocolSerializer).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && Kinds.Any(kind => kind.IsAssignableFrom(type)))
            .Where(type => type != typeof(PushGradient) && type != typeof(WeightsUpdated)) // sent on the data plane
            .Append(typeof(JobRegistered)).Append(typeof(JobStatus));
}
