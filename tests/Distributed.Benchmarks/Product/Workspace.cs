using System.Text.Json;

namespace Distributed.Benchmarks.Product;

/// <summary>Where the commands run: the published program, the peers' script, and a folder for stores and tables that is deleted at the end.</summary>
internal sealed class Workspace(string dtrain, string? mnist) : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distributed-product-");
    private int _stores;

    /// <summary>A folder of MNIST's IDX files; null where none was given.</summary>
    public string? Mnist { get; } = mnist;

    /// <summary>A file of the folder.</summary>
    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A store that does not exist yet.</summary>
    public string NewStore() => File($"store-{++_stores}.db");

    /// <summary>Runs <c>dtrain</c>.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public ProgramRun Dtrain(params string[] arguments) => ProgramRun.Run(dtrain, arguments, _folder.FullName);

    /// <summary>Runs <c>dtrain train</c> in a store of its own.</summary>
    public Training Train(params string[] arguments)
    {
        var store = NewStore();
        var run = Dtrain(["train", "--json", "--store", store, .. arguments]);
        return new Training(run, store, [.. run.Lines.Select(line => (line.At, JsonDocument.Parse(line.Line).RootElement))]);
    }

    /// <summary>Runs a peer of <c>product_peers.py</c>: its last line of output is a JSON object of figures.</summary>
    /// <exception cref="InvalidOperationException">There is no Python, or not the peer's library.</exception>
    public (ProgramRun Run, JsonElement Figures) Peer(params string[] arguments)
    {
        if (!System.IO.File.Exists(Python)) throw new InvalidOperationException($"there is no {Python}");
        var run = ProgramRun.Run(Python, [Path.Combine(AppContext.BaseDirectory, "product_peers.py"), .. arguments], _folder.FullName);
        return (run, JsonDocument.Parse(run.Lines[^1].Line).RootElement);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
