using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Distributed.Transport.Peers;

/// <summary>Where a node listens: <c>host:port</c> (TCP) or <c>unix:/path</c> (a socket file, for peers on the same host).</summary>
public sealed record TensorAddress
{
    // sockaddr_un holds 108 bytes with the closing zero.
    private const int LongestPath = 107;
    private const string UnixPrefix = "unix:";

    private TensorAddress(string? path, string host, int port) => (Path, Host, Port) = (path, host, port);

    /// <summary>The socket file; null for TCP.</summary>
    public string? Path { get; }

    /// <summary>Host name or address; empty for a socket file.</summary>
    public string Host { get; }

    /// <summary>TCP port; 0 when listening asks for any free one.</summary>
    public int Port { get; }

    /// <summary>A TCP address.</summary>
    /// <exception cref="ArgumentException">No host, or a port outside 0 … 65535.</exception>
    public static TensorAddress Tcp(string host, int port) =>
        !string.IsNullOrWhiteSpace(host) && port is >= 0 and <= ushort.MaxValue
            ? new TensorAddress(null, host, port)
            : throw new ArgumentException($"'{host}:{port}' is no TCP address.", nameof(host));

    /// <summary>A socket file.</summary>
    /// <exception cref="ArgumentException">The path is not absolute or longer than 107 bytes.</exception>
    public static TensorAddress Unix(string path) =>
        System.IO.Path.IsPathFullyQualified(path) && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? new TensorAddress(path, "", 0)
            : throw new ArgumentException($"'{path}' is no path of a socket file: absolute, at most {LongestPath} bytes.", nameof(path));

    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c> or <c>unix:/path</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TensorAddress? address)
    {
        address = null;
        try
        {
            if (string.IsNullOrWhiteSpace(text)) return false;
            if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
            {
                address = Unix(text[UnixPrefix.Length..]);
                return true;
            }
            var colon = text.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return false;
            address = Tcp(text[..colon].Trim('[', ']'), port);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Path is not null ? UnixPrefix + Path : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Resolves the address to socket addresses, waiting for the name service until <paramref name="limit"/> is cancelled.</summary>
    internal IReadOnlyList<EndPoint> Resolve(CancellationToken limit)
    {
        if (Path is not null) return [new UnixDomainSocketEndPoint(Path)];
        if (IPAddress.TryParse(Host, out var address)) return [new IPEndPoint(address, Port)];
        var addresses = Dns.GetHostAddressesAsync(Host, limit).WaitAsync(limit).GetAwaiter().GetResult();
        // Version 4 first: loopback names answer with both, and nodes listen on version 4 by default.
        return [.. addresses.OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Select(a => new IPEndPoint(a, Port))];
    }

    internal Socket NewSocket(EndPoint endpoint) => Path is not null
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
}
