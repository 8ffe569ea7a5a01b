using System.Diagnostics;
using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Library;

/// <summary>The packages of this build, and the samples built against them in a folder of their own.</summary>
public sealed class Packed : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-packages-").FullName;

    /// <summary>The packages.</summary>
    public string Packages => Path.Combine(_folder, "packages");

    /// <summary>How long it took to pack and to build.</summary>
    public TimeSpan Elapsed { get; private set; }

    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>The program of a sample.</summary>
    public string Program(string sample) => Path.Combine(_folder, "samples", sample, "bin", "Release", "net10.0", sample + ".dll");

    /// <summary>A new folder for a run.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    async Task IAsyncLifetime.InitializeAsync()
    {
        var watch = Stopwatch.StartNew();
        var sources = Path.Combine(Repository.Root, "tests", "Samples");
        await Sample.RunAsync(_folder, "msbuild", Path.Combine(sources, "Packages.proj"), "-nologo", "-v:q", $"-p:Configuration={Configuration}", $"-p:PackageOutputPath={Packages}/");
        var samples = NewFolder("samples");
        foreach (var file in Directory.GetFiles(sources, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(sources, file)))
        {
            if (file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(samples, file))!);
            File.Copy(Path.Combine(sources, file), Path.Combine(samples, file));
        }
        File.WriteAllText(Path.Combine(samples, "nuget.config"), Sources());
        await Sample.RunAsync(samples, "msbuild", "Samples.proj", "-nologo", "-v:q");
        Elapsed = watch.Elapsed;
    }

    /// <summary>The packages beside the machine's feeds. What those have served already is taken from where it is; packages of this build are kept apart.</summary>
    private string Sources()
    {
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder, "extracted")}" /></config>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """;
    }

    Task IAsyncLifetime.DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
