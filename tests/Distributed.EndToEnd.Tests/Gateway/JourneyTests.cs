using System.IO.Compression;
using System.Text.Json;
using Distributed.EndToEnd.Tests.Cluster;
using Distributed.EndToEnd.Tests.Readme;
using Distributed.Tests;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>What a person does with a cluster, from the samples to a file that another program reads: every command is the real executable's.</summary>
[Collection(OneCoreNodeCollection.Name)]
public sealed class JourneyTests(OneCoreNode clusters, ITestOutputHelper output) : IDisposable
{
    private const int TestImages = 10_000, Pixels = 28 * 28;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-journey-").FullName;
    private Uri _server = null!;

    [JourneyFact]
    public async Task Mnist_is_uploaded_trained_by_one_and_then_three_workers_asked_meanwhile_and_exported_with_the_same_classes_and_bits()
    {
        await clusters.RunAsync(output, workers: 1, async cluster =>
        {
            (_, _server) = cluster.AddGateway(Path.Combine(_folder, "gateway"));
            using (var client = new HttpClient { BaseAddress = _server }) await Readiness.UntilReadyAsync(client);
            Directory.CreateSymbolicLink(Path.Combine(_folder, "mnist"), SharedData.Path("mnist"));

            // The script is the transcript of src/Distributed.Node/README.md. Its network is so small that two cores run all epochs in half a
            // minute, and there are enough of them to start two more workers meanwhile.
            var script = ReadmeExamples.Journey.Select(line => line.Split(' ')).ToList();
            Assert.Equal(["data", "submit", "watch", "predict", "jobs", "export", "train"], script.Select(words => words[0]));

            Assert.Equal("images", Member(Assert.Single(await DtrainAsync(script[0])), "kind"));
            Assert.Equal("mnist-1", Member(Assert.Single(await DtrainAsync(script[1])), "id"));
            string weights;
            using (var watch = DtrainProcess.Start(_folder, AtServer(script[2])))
            {
                Tell(await watch.ReadEventAsync("started", json => json.GetProperty("workers").GetInt32() == 1));
                Tell(await watch.ReadEventAsync("epoch"));
                cluster.AddWorker();
                cluster.AddWorker();
                await cluster.SettleAsync();
                Tell(await watch.ReadEventAsync("epoch", json => json.GetProperty("workers").GetInt32() == 3));

                var meanwhile = Classes(await DtrainAsync(script[3]));
                Assert.InRange(Share(meanwhile, Labels()), 0.8, 1); // it has learned much already
                Assert.Equal("running", Member(Assert.Single(await DtrainAsync(script[4])), "state"));

                var completed = await watch.ReadEventAsync("completed");
                Tell(completed);
                Assert.Equal(3, completed.GetProperty("workers").GetInt32());
                weights = completed.GetProperty("weightsSha256").GetString()!;
            }

            await DtrainAsync(script[5]);
            var predicted = Classes(await DtrainAsync(script[3]));
            output.WriteLine($"right of {TestImages} test images: {Share(predicted, Labels()):P2}");
            Assert.Equal(predicted, ClassesOfOnnxRuntime(Path.Combine(_folder, "mnist.onnx")));

            var alone = await RunAsync(script[6]);
            Assert.Equal(weights, Member(alone[^1], "weightsSha256"));
            Assert.Contains(weights, MarkdownDocument.All.Single(document => document.Name == "src/Distributed.Node/README.md").Text, StringComparison.Ordinal);
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] AtServer(string[] arguments) => [.. arguments, "--server", $"{_server.Scheme}://{_server.Authority}"];

    private Task<IReadOnlyList<string>> DtrainAsync(string[] arguments) => RunAsync(AtServer(arguments));

    /// <summary>Runs a command to its end, which must be a good one, and tells its first lines and its last one.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(string[] arguments)
    {
        output.WriteLine($"$ dtrain {string.Join(' ', arguments)}");
        var (code, lines, errors) = await DtrainProcess.RunAsync(_folder, arguments);
        Assert.True(code == 0, errors);
        foreach (var line in errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(lines.Count > 4 ? [.. lines.Take(3), "…"] : lines)) output.WriteLine(line);
        return lines;
    }

    /// <summary>The class of each test image, from what <c>predict</c> printed.</summary>
    private static string[] Classes(IReadOnlyList<string> printed)
    {
        Assert.Equal(TestImages + 1, printed.Count);
        return [.. printed.Skip(1).Select(line => line.Split(',')[1])];
    }

    private static string[] ClassesOfOnnxRuntime(string file)
    {
        using var session = new InferenceSession(file);
        var pixels = Array.ConvertAll(Unpacked("t10k-images-idx3-ubyte.gz", header: 16), pixel => (float)pixel);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("pixels", new DenseTensor<float>(pixels, [TestImages, Pixels]))]);
        return [.. outputs.Single(found => found.Name == "class").AsEnumerable<string>()];
    }

    private static string[] Labels() => [.. Unpacked("t10k-labels-idx1-ubyte.gz", header: 8).Select(label => $"{label}")];

    private static double Share(string[] predicted, string[] labels) => predicted.Where((predictedClass, i) => predictedClass == labels[i]).Count() / (double)labels.Length;

    private static byte[] Unpacked(string name, int header)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(SharedData.Path("mnist"), name)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray()[header..];
    }

    private static string? Member(string line, string name) => JsonDocument.Parse(line).RootElement.GetProperty(name).GetString();

    private void Tell(JsonElement told) => output.WriteLine(told.GetRawText());
}

/// <summary>A test with a real cluster that learns MNIST; skipped, with the reason, where PostgreSQL or MNIST is missing.</summary>
public sealed class JourneyFactAttribute : FactAttribute
{
    public JourneyFactAttribute() => Skip = PostgresServer.Missing
        ?? (SharedData.Has("mnist") ? null : "needs mnist in a folder shared/data above the tests (or DISTRIBUTED_SHARED)");
}
