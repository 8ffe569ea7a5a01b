using System.Diagnostics;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests;

/// <summary>dtrain as a .NET tool: packed, installed from the folder that this makes, and run.</summary>
public sealed class ToolPackageTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Native libraries of two dozen systems and their debug symbols made it several times as large.</summary>
    private const long LargestPackage = 80 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_packed_tool_installs_from_its_folder_and_trains()
    {
        // Packs the dtrain that was built with the tests: the documented command, without another build.
        await RunAsync("dotnet", "pack", "-c", Configuration, "--no-build", Path.Combine(Repository.Root, "src/Distributed.Console"), "-o", _folder);
        var package = Assert.Single(Directory.GetFiles(_folder, "dtrain.*.nupkg"));
        output.WriteLine($"{Path.GetFileName(package)}: {new FileInfo(package).Length / 1e6:0.0} MB");
        Assert.InRange(new FileInfo(package).Length, 1, LargestPackage);

        var tools = Path.Combine(_folder, "tools");
        await RunAsync("dotnet", "tool", "install", "dtrain", "--source", _folder, "--tool-path", tools);
        var told = await RunAsync(Path.Combine(tools, "dtrain"), "train", "--epochs", "3", "--name", "packed", "--store", "store.db");
        Assert.Contains("packed is done: all its epochs are done", told, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(_folder, "runs", "packed", "curves.png")).Length > 1000, "the library that draws pictures was not there");
    }

    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        info.Environment["DOTNET_CLI_HOME"] = _folder; // nothing is left in the user's own folder
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var told = await process.StandardOutput.ReadToEndAsync(bound.Token);
        await process.WaitForExitAsync(bound.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {told} {await errors}");
        return told;
    }
}
