using System.Diagnostics;
using System.Globalization;
using Distributed.EndToEnd.Tests.Cluster;
using Distributed.EndToEnd.Tests.Gateway;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Readme;

/// <summary>Every command line of the documents is run, with the real programs. (Those of the journey: <see cref="JourneyTests"/>.)</summary>
public sealed class ReadmeExamplesTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-readme-").FullName;

    [Fact]
    public void No_example_is_neither_run_nor_excepted_with_a_reason()
    {
        Assert.Empty(ReadmeExamples.Forgotten);
        Assert.Empty(ReadmeExamples.Excepted.Keys.Except(ReadmeExamples.All)); // no exception outlives its line
        Assert.True(ReadmeExamples.All.Count > 50, "the documents have shrunk, or are read wrongly");
    }

    [Fact]
    public async Task Examples_of_one_process_run_in_their_order()
    {
        WriteImages(Path.Combine(_folder, "path", "to", "mnist"));
        WriteTable("customers.csv", "id,age,plan,churned", i => $"{i},{20 + i * 7 % 50},{(i % 3 == 0 ? "basic" : "plus")},{(i * 7 % 50 > 25 ? "yes" : "no")}", 200);
        WriteTable("new.csv", "gender,age,salary", i => $"{(i % 2 == 0 ? "female" : "male")},{20 + i * 3},{30_000 + i * 5_000}", 12);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "cluster-config"), Path.Combine(Repository.Root, "cluster-config"));
        Assert.Equal("train", ReadmeExamples.Local.First());
        foreach (var line in ReadmeExamples.Local)
        {
            var lines = await DtrainAsync(line);
            if (line == "train") Assert.Contains(lines, told => told.StartsWith("  weights  ", StringComparison.Ordinal) && MarkdownDocument.All[0].Text.Contains(told, StringComparison.Ordinal));
        }
        Assert.True(File.Exists(Path.Combine(_folder, "buyers.onnx")) && File.Exists(Path.Combine(_folder, "runs", "digits-1", "curves.png")));
    }

    [ShellFact("curl")]
    public async Task Examples_over_HTTP_and_of_a_server_run_in_their_order()
    {
        WriteImages(Path.Combine(_folder, "path", "to", "mnist"));
        string Person(int i) => $"{20 + i * 7 % 50},{150 + i * 3 % 40}";
        WriteTable("people.csv", "age,height,likes", i => $"{Person(i)},{(i * 7 % 50 > 25 ? "tea" : "coffee")}", 120);
        WriteTable("more.csv", "age,height", Person, 5);
        var (cluster, http) = (PostgresServer.FreePort(), PostgresServer.FreePort());
        string Ported(string line) => line.Replace("4800", $"{cluster}", StringComparison.Ordinal).Replace("8080", $"{http}", StringComparison.Ordinal);

        var node = Assert.Single(ReadmeExamples.Nodes);
        using var whole = NodeProcess.Start(
            "whole", [], [.. Ported(node).Replace("store.db", Path.Combine(_folder, "store.db"), StringComparison.Ordinal).Split(' '), "--data-dir", Path.Combine(_folder, "data")]);
        using var second = NodeProcess.Start(
            "worker", [], "--roles", "worker", "--threads", "1", "--seed-nodes", $"127.0.0.1:{cluster}", "--data-dir", Path.Combine(_folder, "second"));
        try
        {
            using (var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") }) await Readiness.UntilReadyAsync(client);
            foreach (var line in ReadmeExamples.Requests) await RequestAsync(Ported(line));
            foreach (var line in ReadmeExamples.AtServer) await DtrainAsync(Ported(line));
        }
        catch
        {
            foreach (var line in whole.Telling(60)) output.WriteLine(line);
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<IReadOnlyList<string>> DtrainAsync(string line)
    {
        var clock = Stopwatch.StartNew();
        var (code, lines, errors) = await DtrainProcess.RunAsync(_folder, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        output.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: dtrain {line}: {(lines.Count > 0 ? lines[^1] : "")}");
        Assert.True(code == 0, $"dtrain {line} ended with {code}: {errors}");
        Assert.NotEmpty(lines);
        return lines;
    }

    /// <summary>Runs a request as written, except that a refusal fails it and a bound applies.</summary>
    private async Task RequestAsync(string line)
    {
        var info = new ProcessStartInfo("bash", ["-c", line.Replace("curl ", $"curl -sS --fail-with-body --max-time {Bound.TotalSeconds:0} ", StringComparison.Ordinal)])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine($"{line}: {answer[..Math.Min(answer.Length, 200)]}");
        Assert.True(process.ExitCode == 0, $"{line} ended with {process.ExitCode}: {answer} {await errors}");
    }

    private void WriteTable(string name, string header, Func<int, string> row, int rows) =>
        File.WriteAllText(Path.Combine(_folder, name), header + "\n" + string.Concat(Enumerable.Range(0, rows).Select(i => row(i) + "\n")));

    /// <summary>A few images of 28 × 28 pixels under MNIST's names; which row is bright decides the class.</summary>
    private static void WriteImages(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (part, count) in new[] { ("train", 300), ("t10k", 60) })
        {
            var labels = Enumerable.Range(0, count).Select(i => (byte)(i * 7 % 10)).ToArray();
            var pixels = labels.SelectMany((label, i) => Enumerable.Range(0, 28 * 28).Select(p => (byte)(p / 28 == label + 5 ? 200 + i % 50 : p % 7))).ToArray();
            File.WriteAllBytes(Path.Combine(folder, part + "-images-idx3-ubyte"), [.. Idx(3, count, 28, 28), .. pixels]);
            File.WriteAllBytes(Path.Combine(folder, part + "-labels-idx1-ubyte"), [.. Idx(1, count), .. labels]);
        }
    }

    private static IEnumerable<byte> Idx(byte dimensions, params int[] sizes) =>
        [0, 0, 8, dimensions, .. sizes.SelectMany(size => Convert.FromHexString(size.ToString("x8", CultureInfo.InvariantCulture)))];
}

/// <summary>A test that needs a shell and a program; skipped, with the reason, where one is missing.</summary>
public sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute(string program)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (Array.Find(["bash", program], name => !Array.Exists(folders, folder => File.Exists(Path.Combine(folder, name)))) is { } missing)
            Skip = $"{missing} is not installed";
    }
}
