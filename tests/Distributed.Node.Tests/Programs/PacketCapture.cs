using System.Diagnostics;
using Distributed.Tests;

namespace Distributed.Node.Tests.Programs;

/// <summary>What goes over loopback at some ports, as tcpdump sees it.</summary>
internal sealed class PacketCapture : IDisposable
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly string _file;
    private readonly Process _process;

    private PacketCapture(string file, Process process) => (_file, _process) = (file, process);

    /// <summary>Why packets cannot be captured here; null when they can.</summary>
    public static string? Missing { get; } = RootProbe.Missing("tcpdump -i lo -d tcp", "capturing packets of loopback with tcpdump");

    /// <summary>Begins.</summary>
    public static async Task<PacketCapture> StartAsync(string file, IEnumerable<int> ports)
    {
        var filter = "tcp and (" + string.Join(" or ", ports.Select(port => $"port {port}")) + ")";
        var process = Process.Start(new ProcessStartInfo("tcpdump", ["-i", "lo", "-U", "--immediate-mode", "-B", "65536", "-s", "0", "-Z", "root", "-w", file, filter]) { RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(Bound);
        while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
            if (line.Contains("listening on", StringComparison.Ordinal)) return new PacketCapture(file, process);
        throw new InvalidOperationException("tcpdump does not capture");
    }

    /// <summary>Ends it and gives every byte that was captured.</summary>
    public async Task<byte[]> EndAsync()
    {
        Signals.Send(_process.Id, Interrupt);
        var said = await _process.StandardError.ReadToEndAsync().WaitAsync(Bound);
        await _process.WaitForExitAsync().WaitAsync(Bound);
        Assert.Contains("0 packets dropped by kernel", said, StringComparison.Ordinal);
        return await File.ReadAllBytesAsync(_file);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

/// <summary>A test that captures packets; skipped, with the reason, where that is not possible.</summary>
public sealed class PacketFactAttribute : FactAttribute
{
    public PacketFactAttribute() => Skip = PacketCapture.Missing;
}
