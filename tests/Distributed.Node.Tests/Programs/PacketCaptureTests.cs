using System.Buffers.Binary;
using System.Net;
using System.Text;
using Distributed.Api;
using Distributed.Node.Keys;
using Distributed.Node.Tests.Http;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Programs;

/// <summary>What someone sees who listens on the wire between the processes of a cluster and its client.</summary>
public sealed class PacketCaptureTests(ITestOutputHelper output) : IDisposable
{
    private const string Key = "key-of-the-capture-0123456789", ClassOfRows = "kelpie";
    private const int Window = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-capture-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [PacketFact]
    public async Task Weights_labels_and_keys_are_on_the_wire_without_certificates_and_not_with_them()
    {
        var plain = await RunAsync("plain");
        Assert.All(plain, seen => Assert.True(seen.Value > 0, $"{seen.Key} is not found without certificates, so the search is worth nothing"));
        using var certificates = new TestCertificates();
        var secure = await RunAsync("secure", "--certificates", certificates.WriteNode(Path.Combine(_folder, "certificates")));
        Assert.All(secure, seen => Assert.True(seen.Value == 0, $"{seen.Key} is on the wire in the clear"));
    }

    /// <summary>Trains on two processes that share no memory; tells how many windows of each kind of known bytes were on the wire.</summary>
    private async Task<Dictionary<string, int>> RunAsync(string name, params string[] flags)
    {
        var folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        var keys = $"export DISTRIBUTED_API_KEYS='ann:operator:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(Key))}';";
        using var core = NodeProgram.StartPart(folder, "coordinator,parameter-server,gateway", null, keys, flags);
        await core.ReadyAsync(Key);
        using var worker = NodeProgram.StartPart(Path.Combine(folder, "worker"), "worker", core, "", flags);
        await worker.UntilAsync(() => worker.Lines.Any(line => line.Contains("in the cluster, as", StringComparison.Ordinal)));
        // As between machines: without the files of their sockets the two reach each other over TCP alone.
        foreach (var node in (NodeProgram[])[core, worker]) File.Delete(TensorsOf(node).Single(place => place.StartsWith("unix:", StringComparison.Ordinal))["unix:".Length..]);
        var ports = ((NodeProgram[])[core, worker]).SelectMany(node => TensorsOf(node).Where(place => IPEndPoint.TryParse(place, out _)).Select(place => IPEndPoint.Parse(place).Port).Append(node.Port));
        using var capture = await PacketCapture.StartAsync(Path.Combine(_folder, name + ".pcap"), ports.Append(core.Client.BaseAddress!.Port));

        var rows = "x,y,class\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"{i},{i * 7 % 5},{(i % 3 == 0 ? ClassOfRows : "lurcher")}\n"));
        var data = await core.Client.UploadAsync(rows);
        await core.Client.SubmitAsync($$"""{ "data": "{{data.Id}}", "epochs": 3, "hidden": [32], "name": "wired" }""");
        await core.Client.UntilEndedAsync("wired");
        var seen = await capture.EndAsync();

        var weights = await core.Client.GetByteArrayAsync(ApiRoutes.JobModelFile("wired", "weights.safetensors") + "?checkpoint=last");
        var samples = await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(folder, "data"), "*.safetensors", SearchOption.AllDirectories).Single());
        var found = new Dictionary<string, int>
        {
            ["a weight"] = Count(seen, Windows(weights)),
            ["a sample or label"] = Count(seen, Windows(samples)),
            ["the name of a label"] = Count(seen, [Encoding.ASCII.GetBytes(ClassOfRows)]),
            ["the key"] = Count(seen, [Encoding.ASCII.GetBytes(Key)]),
            ["the name of the job"] = Count(seen, [Encoding.ASCII.GetBytes("wired")]),
        };
        output.WriteLine($"{name}: {seen.Length:#,0} bytes; {string.Join(", ", found.Select(one => $"{one.Key} {one.Value}"))}");
        return found;
    }

    /// <summary>The places of the tensor plane, as the node says them when it starts.</summary>
    private static string[] TensorsOf(NodeProgram node) => node.Lines.First(line => line.Contains("tensors at ", StringComparison.Ordinal)).Split("tensors at ")[1].Split(", ");

    /// <summary>Runs of bytes behind the header of a safetensors file, without those that are mostly zeros.</summary>
    private static IEnumerable<byte[]> Windows(byte[] file)
    {
        for (var at = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file); at + Window <= file.Length; at += Window)
            if (file.AsSpan(at, Window).Count((byte)0) < Window / 2) yield return file[at..(at + Window)];
    }

    private static int Count(byte[] seen, IEnumerable<byte[]> windows) => windows.Count(window => seen.AsSpan().IndexOf(window) >= 0);
}
