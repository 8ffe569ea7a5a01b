using System.Globalization;
using Distributed.Data;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Datasets;

/// <summary>The files of a node's data sets: encoded samples, their chunk lists, and the jobs that hold them. Single writer.</summary>
/// <param name="folder">The folder; no other process writes to it.</param>
internal sealed class SampleFiles(string folder)
{
    private const string FileSuffix = ".safetensors", ListSuffix = ".chunks", JobsSuffix = ".jobs", PartSuffix = ".part";

    private long _parts;

    /// <summary>A data set left by an earlier process.</summary>
    internal sealed record Found(string Sha256, ChunkList Chunks, List<JobId> Jobs);

    /// <summary>Lists what an earlier process left, in order of last use; removes incomplete data sets.</summary>
    public List<Found> TakeStock()
    {
        foreach (var part in Directory.GetFiles(folder, "*" + PartSuffix)) File.Delete(part);
        var all = new List<Found>();
        foreach (var file in new DirectoryInfo(folder).GetFiles("*" + FileSuffix).OrderBy(file => file.LastWriteTimeUtc))
        {
            var sha256 = Path.GetFileNameWithoutExtension(file.Name);
            var list = PathOf(sha256, ListSuffix);
            var chunks = File.Exists(list) ? ChunkList.Read(File.ReadAllBytes(list), out _) : null;
            if (chunks?.Length == file.Length) all.Add(new Found(sha256, chunks, ReadJobs(sha256)));
            else Delete(sha256);
        }
        return all;
    }

    /// <summary>The path of a data set's samples.</summary>
    public string PathOf(string sha256) => PathOf(sha256, FileSuffix);

    /// <summary>The path for the next file to be written.</summary>
    public string NextPart() => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++_parts}{PartSuffix}"));

    /// <summary>Turns a written file into a data set.</summary>
    public void Keep(string sha256, string part, ChunkList chunks)
    {
        File.WriteAllBytes(PathOf(sha256, ListSuffix), chunks.Bytes.Span);
        File.Move(part, PathOf(sha256, FileSuffix), overwrite: true);
    }

    /// <summary>Reads a chunk; returns false when the file no longer exists.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryRead(string sha256, int chunk, Span<byte> into)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(sha256, FileSuffix));
            return RandomAccess.Read(file, into, ChunkList.PlaceOf(chunk)) == into.Length;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Maps a file and reads all of it; null when it does not hold the expected samples.</summary>
    public static SampleSet? MapChecked(string path, string sha256)
    {
        try
        {
            var samples = SampleFile.Map(path);
            return SampleFile.Check(samples, sha256) ? samples : null;
        }
        catch (Exception e) when (e is DataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Records which jobs hold a data set.</summary>
    public void WriteJobs(string sha256, IReadOnlyList<JobId> jobs)
    {
        try
        {
            File.WriteAllLines(PathOf(sha256, JobsSuffix), jobs.Select(job => job.Value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Held while this process runs; afterwards the data set may have to be fetched again.
        }
    }

    /// <summary>Records a use, so that the next process knows the order of use.</summary>
    public void Touch(string sha256)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(sha256, FileSuffix), DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The order of use only decides what is fetched again.
        }
    }

    /// <summary>Removes a data set.</summary>
    public void Delete(string sha256)
    {
        File.Delete(PathOf(sha256, FileSuffix));
        File.Delete(PathOf(sha256, ListSuffix));
        File.Delete(PathOf(sha256, JobsSuffix));
    }

    private List<JobId> ReadJobs(string sha256)
    {
        var jobs = new List<JobId>();
        if (!File.Exists(PathOf(sha256, JobsSuffix))) return jobs;
        foreach (var line in File.ReadLines(PathOf(sha256, JobsSuffix)))
            if (JobId.TryParse(line, out var job)) jobs.Add(job);
        return jobs;
    }

    private string PathOf(string sha256, string suffix) => Path.Combine(folder, sha256 + suffix);
}
