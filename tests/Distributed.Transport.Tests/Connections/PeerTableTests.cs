using Distributed.Transport.Buffers;
using Distributed.Transport.Connections;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Transport.Tests.Connections;

public sealed class PeerTableTests
{
    private static readonly PeerId Lesser = new("a"), Greater = new("b");

    private static Connection Make(PeerId peer, ulong incarnation)
    {
        var options = Nodes.Options("self");
        return new Connection(peer, incarnation, new MemoryChannel([]), new TransportParts(
            options, new RecordingReceiver(), new TensorBufferPool(1), new TransportMeter(options.Self), new Polling(), NullLogger.Instance));
    }

    [Fact]
    public void The_lesser_name_keeps_the_first_of_two_connections()
    {
        var table = new PeerTable(Lesser);
        var first = Make(Greater, 1);
        Assert.Equal(Verdict.Welcome, table.Admit(first));
        Assert.Equal(Verdict.AlreadyConnected, table.Admit(Make(Greater, 1)));
        Assert.Same(first, table.Find(Greater));
        Assert.False(first.IsClosing);
    }

    [Fact]
    public void The_greater_name_follows_and_takes_the_newer_one()
    {
        var table = new PeerTable(Greater);
        var first = Make(Lesser, 1);
        var second = Make(Lesser, 1);
        Assert.Equal(Verdict.Welcome, table.Admit(first));
        Assert.Equal(Verdict.Welcome, table.Admit(second));
        Assert.Same(second, table.Find(Lesser));
        Assert.True(first.IsClosing);
        table.Remove(first); // late
        Assert.Same(second, table.Find(Lesser));
    }

    [Fact]
    public void A_restarted_peer_replaces_its_predecessor()
    {
        var table = new PeerTable(Lesser);
        var first = Make(Greater, 1);
        table.Admit(first);
        Assert.Equal(Verdict.Welcome, table.Admit(Make(Greater, 2)));
        Assert.True(first.IsClosing);
    }

    [Fact]
    public void A_broken_connection_does_not_stand_in_the_way()
    {
        var table = new PeerTable(Lesser);
        var first = Make(Greater, 1);
        table.Admit(first);
        first.Close("broken");
        Assert.Equal(Verdict.Welcome, table.Admit(Make(Greater, 1)));
    }

    [Fact]
    public void A_stopping_node_admits_nobody()
    {
        var table = new PeerTable(Lesser);
        table.Stop("over");
        Assert.Equal(Verdict.Stopping, table.Admit(Make(Greater, 1)));
    }
}
