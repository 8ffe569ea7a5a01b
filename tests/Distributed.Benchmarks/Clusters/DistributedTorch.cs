using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Distributed.Benchmarks.Clusters;

/// <summary>PyTorch's DistributedDataParallel over gloo: one process and one thread a worker, asked cell by cell.</summary>
internal sealed class DistributedTorch : IDisposable
{
    /// <summary>Debian's interpreter, which has its python3-torch.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly List<ChildProcess> _ranks = [];

    /// <summary>Starts the ranks; they wait for cells.</summary>
    public DistributedTorch(int workers)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        for (var rank = 0; rank < workers; rank++)
        {
            _ranks.Add(ChildProcess.Start(
                Python, [Path.Combine(AppContext.BaseDirectory, "torch_cells.py")],
                ("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("MASTER_ADDR", "127.0.0.1"),
                ("MASTER_PORT", port.ToString(CultureInfo.InvariantCulture)),
                ("WORLD_SIZE", workers.ToString(CultureInfo.InvariantCulture)), ("RANK", rank.ToString(CultureInfo.InvariantCulture))));
        }
    }

    /// <summary>One cell; the ranks compute only meanwhile.</summary>
    /// <exception cref="IOException">PyTorch cannot be run here.</exception>
    public async Task<StepMeasurement> MeasureAsync(string model, int batch, double seconds)
    {
        foreach (var rank in _ranks) rank.Say(string.Create(CultureInfo.InvariantCulture, $"{model} {batch} {seconds}"));
        return JsonSerializer.Deserialize<StepMeasurement>(await _ranks[0].ListenAsync(Bound))!;
    }

    public void Dispose()
    {
        foreach (var rank in _ranks) rank.Dispose();
    }
}
