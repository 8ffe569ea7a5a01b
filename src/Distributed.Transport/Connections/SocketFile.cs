using System.Net.Sockets;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Connections;

/// <summary>The file of a Unix domain socket.</summary>
internal static class SocketFile
{
    /// <summary>Removes a file that a killed process left behind, where no process answers.</summary>
    public static void RemoveIfDead(TensorAddress address)
    {
        var path = address.Path!;
        if (!File.Exists(path)) return;
        using var probe = address.NewSocket(new UnixDomainSocketEndPoint(path));
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Not a socket, or not ours: binding reports the error.
        }
    }

    /// <summary>Only the same user's processes may connect.</summary>
    public static void KeepToOwner(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
