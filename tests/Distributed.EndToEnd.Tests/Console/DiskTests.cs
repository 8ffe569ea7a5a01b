using System.Diagnostics;
using Distributed.EndToEnd.Tests.Cluster;

namespace Distributed.EndToEnd.Tests;

/// <summary>Disks that take no writes, as real file systems of their own.</summary>
public sealed class DiskTests : IDisposable
{
    private const string Probe = "d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d";
    private const string What = "mounting a small file system";

    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    private string Disk => Path.Combine(_folder, "disk");

    private string Store => Path.Combine(Disk, "s.db");

    public void Dispose()
    {
        if (Directory.Exists(Disk)) Run("umount", "-l", Disk);
        Directory.Delete(_folder, recursive: true);
    }

    [RootFact(Probe, What, needsDatabase: false)]
    public async Task A_store_on_a_read_only_disk_is_not_in_use_by_a_process_that_has_ended()
    {
        Mount("10m");
        var (made, _, errors) = await TrainAsync();
        Assert.True(made == 0, errors);
        Run("mount", "-o", "remount,ro", Disk);
        var (exit, _, refusal) = await DtrainProcess.RunAsync(_folder, "jobs", "--store", Store);
        Assert.Equal(2, exit);
        Assert.Contains("Read-only file system", Assert.Single(refusal.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [RootFact(Probe, What, needsDatabase: false)]
    public async Task A_disk_that_is_full_at_the_start_is_one_line_for_a_new_store_and_for_one_that_is_there()
    {
        Mount("4m");
        var (made, _, errors) = await TrainAsync();
        Assert.True(made == 0, errors);
        Run("sh", "-c", $"cat /dev/zero > {Path.Combine(Disk, "fill")} 2>/dev/null; true");
        foreach (var store in new[] { Store, Path.Combine(Disk, "new.db") })
        {
            var (exit, _, refusal) = await DtrainProcess.RunAsync(_folder, "train", "-q", "--epochs", "1", "--out", "a", "--store", store);
            Assert.Equal(2, exit);
            var line = Assert.Single(refusal.TrimEnd().Split('\n'));
            Assert.Contains(store, line, StringComparison.Ordinal);
            Assert.Matches("No space left|disk is full", line);
        }
    }

    private Task<(int ExitCode, IReadOnlyList<string> Output, string Errors)> TrainAsync() =>
        DtrainProcess.RunAsync(_folder, "train", "-q", "--epochs", "1", "--hidden", "4", "--out", "a", "--store", Store);

    private void Mount(string size)
    {
        Directory.CreateDirectory(Disk);
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Disk);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
