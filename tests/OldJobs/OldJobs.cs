using System.Text;

namespace Distributed.Tests;

/// <summary>A copy of the jobs that an older release wrote, in a folder of its own; README.md in this folder describes them.</summary>
internal sealed class OldJobs : IDisposable
{
    /// <summary>Where the files were when the jobs began.</summary>
    public const string OldFolder = "/srv/old";

    public OldJobs()
    {
        foreach (var file in Directory.EnumerateFiles(Original(), "*", SearchOption.AllDirectories))
        {
            var copy = this[Path.GetRelativePath(Original(), file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            if (Path.GetFileName(file) == "job.json")
                File.WriteAllText(copy, Moved(File.ReadAllText(copy)), new UTF8Encoding(false));
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("distributed-old-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>JSON with this folder in the place of the old one.</summary>
    public string Moved(string json) => json.Replace(OldFolder, Folder.Replace('\\', '/'), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Original()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var jobs = Path.Combine(folder.FullName, "tests", "OldJobs");
            if (File.Exists(Path.Combine(jobs, "store.sqlite"))) return jobs;
        }

        throw new InvalidOperationException("tests/OldJobs is not above the tests");
    }
}
