using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;

using Distributed.EndToEnd.Tests.Cluster;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Library;

/// <summary>
/// The libraries as a program gets them: packed, and the samples built against the packages and run. Packing and building take about 20 s of
/// processor time, the runs about 15 s.
/// </summary>
public sealed class PackagesTests(Packed packed, ITestOutputHelper output) : IClassFixture<Packed>
{
    private const int InterruptedCode = 130;

    [Fact]
    public void Each_package_has_a_readme_documentation_and_symbols()
    {
        output.WriteLine($"packed and built in {packed.Elapsed.TotalSeconds:0.0} s");
        string[] libraries = ["Api", "Cluster", "Data", "Jobs", "Learning", "Models", "Protocol", "Tensors", "Transport"];
        Assert.Equal(libraries, Directory.GetFiles(packed.Packages, "*.nupkg").Select(path => Path.GetFileName(path).Split('.')[1]).Order());
        foreach (var library in libraries)
        {
            Assert.Equal(["README.md", $"Distributed.{library}.dll", $"Distributed.{library}.xml"], Contents(library, "nupkg", "README.md", ".dll", ".xml"));
            Assert.Equal([$"Distributed.{library}.pdb"], Contents(library, "snupkg", ".pdb"));
        }
    }

    [Fact]
    public async Task A_console_program_is_killed_interrupted_and_resumed_and_ends_with_the_weights_of_dtrain()
    {
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "tests", "Samples", "ConsoleTraining", "Program.cs")).Count(), 1, 30);
        var program = packed.Program("ConsoleTraining");
        var undisturbed = await Sample.RunAsync(packed.NewFolder("undisturbed"), program);
        Assert.Equal(150, undisturbed.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.Contains(undisturbed, line => line.EndsWith(", best", StringComparison.Ordinal));

        var folder = packed.NewFolder("disturbed");
        using (var killed = Sample.Start(folder, program))
        {
            await killed.ReadToAsync("epoch 5 of 150");
            Signals.Send(killed.Id, Signals.Kill);
            await killed.FinishAsync(128 + Signals.Kill);
        }
        using (var interrupted = Sample.Start(folder, program))
        {
            await interrupted.ReadToAsync("epoch ");
            Signals.Send(interrupted.Id, Interrupt);
            Assert.StartsWith("house-1 was interrupted; it goes on from step ", (await interrupted.FinishAsync(InterruptedCode))[^1], StringComparison.Ordinal);
        }
        var resumed = await Sample.RunAsync(folder, program);
        Assert.Equal(undisturbed.TakeLast(2), resumed.TakeLast(2)); // the hash, and an answer of the best model

        var rows = Assert.Single(Directory.GetFiles(folder, "House.csv", SearchOption.AllDirectories));
        var (exit, lines, errors) = await DtrainProcess.RunAsync(folder, "train", "--json", "--data", rows, "--target", "Price", "--epochs", "150", "--store", "dtrain.db");
        Assert.True(exit == 0, errors);
        Assert.Contains(JsonDocument.Parse(lines[^1]).RootElement.GetProperty("weightsSha256").GetString()!, resumed[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hosted_service_trains_two_at_a_time_answers_keeps_the_best_and_goes_on_after_its_stop()
    {
        var (folder, address) = (packed.NewFolder("hosted"), $"http://127.0.0.1:{PostgresServer.FreePort()}");
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        string weights;
        using (var host = Sample.Start(folder, packed.Program("HostedTraining"), "--urls", address, "--Logging:LogLevel:Microsoft.AspNetCore", "Warning"))
        {
            await host.ReadToAsync("Application started");
            Assert.Contains("<button", await http.GetStringAsync("/"), StringComparison.Ordinal);
            await BeginAsync(http, "one", 20);
            await BeginAsync(http, "other", 1_000_000); // ends early, by hand
            await BeginAsync(http, "long", 1_000_000);
            weights = (await UntilAsync(http, "one", state => state.Weights is not null)).Weights!;
            await UntilAsync(http, "other", state => state.Epoch >= 3);
            await http.DeleteAsync("/trainings/other");
            Assert.Equal("Cancelled", (await UntilAsync(http, "other", state => state.Reason is not null)).Reason);
            Assert.Equal("\"passed\"", await http.GetStringAsync("/trainings/one/answer?hours=35&sleep=8"));
            Assert.Equal("\"failed\"", await http.GetStringAsync("/trainings/other/answer?hours=2&sleep=3"));
            await UntilAsync(http, "long", state => state.Epoch >= 3);
            Signals.Send(host.Id, Signals.Terminate);
            await host.FinishAsync(0);
        }
        using (var host = Sample.Start(folder, packed.Program("HostedTraining"), "--urls", address, "--Logging:LogLevel:Microsoft.AspNetCore", "Warning"))
        {
            await host.ReadToAsync("Application started");
            Assert.Equal(["long"], await http.GetFromJsonAsync<string[]>("/unfinished") ?? []);
            using var answer = await http.PostAsync("/trainings/long/resume", null);
            Assert.True((await UntilAsync(http, "long", state => state.Epoch > 3)).Epoch > 3);
            await BeginAsync(http, "again", 20);
            Assert.Equal(weights, (await UntilAsync(http, "again", state => state.Weights is not null)).Weights);
            Signals.Send(host.Id, Signals.Terminate);
            await host.FinishAsync(0);
        }
    }

    [Fact]
    public async Task A_program_trains_on_a_cluster_through_the_client()
    {
        var (folder, port, http) = (packed.NewFolder("cluster"), PostgresServer.FreePort(), PostgresServer.FreePort());
        using var node = NodeProcess.Start(
            "node", [], "--roles", "coordinator,parameter-server,worker,gateway", "--port", $"{port}", "--seed-nodes", $"127.0.0.1:{port}",
            "--store", Path.Combine(folder, "store.db"), "--data-dir", folder, "--http", $"{http}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") };
        await Gateway.Readiness.UntilReadyAsync(client);

        var said = (await Sample.RunAsync(folder, packed.Program("ClusterTraining"), $"http://127.0.0.1:{http}"))[^1];

        Assert.Matches("^[.]+ [0-9a-f]{64}, a buyer: (yes|no|0|1)$", said);
    }

    private const int Interrupt = 2;

    private static async Task BeginAsync(HttpClient http, string name, int epochs)
    {
        using var answer = await http.PostAsync($"/trainings/{name}?epochs={epochs}", null);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<State> UntilAsync(HttpClient http, string name, Func<State, bool> condition)
    {
        for (var until = DateTime.UtcNow.AddMinutes(2); ; await Task.Delay(20))
        {
            var state = await http.GetFromJsonAsync<State>($"/trainings/{name}") ?? throw new InvalidOperationException("no state");
            Assert.True(state.Error is null, state.Error);
            if (condition(state)) return state;
            Assert.True(DateTime.UtcNow < until, $"two minutes passed: {state}");
        }
    }

    private IEnumerable<string> Contents(string library, string kind, params string[] endings)
    {
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(packed.Packages, $"Distributed.{library}.*.{kind}")));
        return [.. endings.Select(ending => Assert.Single(package.Entries, entry => entry.Name.EndsWith(ending, StringComparison.Ordinal) && entry.Name != "[Content_Types].xml").Name)];
    }

    private sealed record State(string Name, int Epoch, string? Weights, string? Reason, string? Error);
}
