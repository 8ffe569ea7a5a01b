using System.Net.Security;
using System.Security.Authentication;
using Distributed.Transport.Identity;

namespace Distributed.Transport.Channels;

/// <summary>A channel between two nodes that have proven to each other that they belong to the cluster; what it carries is encrypted.</summary>
internal sealed class TlsChannel : ByteChannel
{
    private readonly ByteChannel _below;
    private readonly SslStream _stream;

    private TlsChannel(ByteChannel below) => (_below, _stream) = (below, new SslStream(new ChannelStream(below), leaveInnerStreamOpen: true));

    /// <summary>Proves this node's membership and checks the other side's, before anything else is sent.</summary>
    /// <param name="below">The plain channel.</param>
    /// <param name="identity">This node's identity.</param>
    /// <param name="dials">Whether this node made the connection.</param>
    /// <param name="failure">Why there is no channel.</param>
    public static TlsChannel? Secure(ByteChannel below, ClusterIdentity identity, bool dials, out string? failure)
    {
        var channel = new TlsChannel(below);
        string? refused = null;
        try
        {
            if (dials) channel._stream.AuthenticateAsClient(identity.DialOptions(reason => refused = reason));
            else channel._stream.AuthenticateAsServer(identity.AnswerOptions(reason => refused = reason));
            failure = null;
            return channel;
        }
        catch (Exception e) when (IsEnd(e))
        {
            failure = refused is not null ? $"the other side is no node of this cluster: {refused}"
                : $"{(e is AuthenticationException ? "the other side does not speak TLS as a node does" : $"{below.EndReason} before it has proven that it is a node")}; nodes with certificates and nodes without cannot join each other";
            channel._stream.Dispose();
            return null;
        }
    }

    public override int Receive(Span<byte> into)
    {
        try
        {
            var count = _stream.Read(into);
            if (count == 0) EndWith(_below.EndReason);
            return count;
        }
        catch (Exception e) when (IsEnd(e))
        {
            EndWith(e is AuthenticationException || e.InnerException is not null ? "the peer does not accept this node's certificate, or sent what is not TLS" : _below.EndReason);
            return 0;
        }
    }

    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
            return true;
        }
        catch (Exception e) when (IsEnd(e))
        {
            EndWith(_below.EndReason);
            return false;
        }
    }

    public override void Free()
    {
        _stream.Dispose();
        _below.Free();
    }

    protected override void Shut() => _below.Close(EndReason);

    private static bool IsEnd(Exception e) => e is IOException or AuthenticationException or ObjectDisposedException or InvalidOperationException or NotSupportedException;
}
