using System.Net.Sockets;

namespace Distributed.Transport.Channels;

/// <summary>
/// A socket with blocking calls. Without a thread pool and a completion queue between the kernel and a connection's two threads it measured
/// faster than asynchronous calls, and it does not queue behind other work of the process.
/// </summary>
internal sealed class SocketChannel : ByteChannel
{
    private const int IpProtoTcp = 6, TcpUserTimeout = 18; // Linux: linux/tcp.h
    private const int KernelBufferBytes = 1 << 20;
    private readonly Socket _socket;

    public SocketChannel(Socket socket, TimeSpan stallLimit)
    {
        _socket = socket;
        var milliseconds = (int)Math.Min(int.MaxValue, stallLimit.TotalMilliseconds);
        socket.SendTimeout = milliseconds;
        // Holds more than one chunk, so that sender and receiver overlap. The kernel caps it.
        socket.SendBufferSize = KernelBufferBytes;
        if (socket.AddressFamily != AddressFamily.Unix) SetTcpOptions(socket, milliseconds);
    }

    private static void SetTcpOptions(Socket socket, int stallMilliseconds)
    {
        socket.NoDelay = true;
        // Detects a host that vanished behind an idle connection within 5 s + 3 × 1 s.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        // Keep-alive pauses while sent bytes are unacknowledged; the kernel would retry for a quarter of an hour.
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(stallMilliseconds));
    }

    public override bool IsWithinMachine => _socket.AddressFamily == AddressFamily.Unix;

    public override int Receive(Span<byte> into)
    {
        try
        {
            var count = _socket.Receive(into, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count;
            EndWith($"receiving failed: {error}");
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            EndWith($"receiving failed: {e.Message}");
        }
        return 0;
    }

    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                var count = _socket.Send(bytes, SocketFlags.None, out var error);
                if (error != SocketError.Success)
                {
                    EndWith(error == SocketError.TimedOut ? "the peer has stopped reading" : $"sending failed: {error}");
                    return false;
                }
                bytes = bytes[count..];
            }
            return true;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            EndWith($"sending failed: {e.Message}");
            return false;
        }
    }

    public override void Free() => _socket.Dispose();

    protected override void Shut()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The peer closed first.
        }
    }
}
