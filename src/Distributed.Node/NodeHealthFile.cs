using Distributed.Cluster.Hosting;
using Distributed.Node.Configuration;

namespace Distributed.Node;

/// <summary>
/// The node's state as one line of a file, rewritten every second: a health check reads it without a port, and without another program
/// in the image. A line that is old means that the node does not get to run.
/// </summary>
internal static class NodeHealthFile
{
    private const string Ready = "ready";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(15);

    /// <summary>Writes the line until cancelled; then the file is removed.</summary>
    /// <param name="file">The file; null for none.</param>
    /// <param name="describe">The state in words.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="NodeSettingException">The file cannot be written.</exception>
    public static async Task KeepAsync(string? file, Func<string> describe, CancellationToken cancellation)
    {
        if (file is null) return;
        Write(file, describe());
        while (!cancellation.IsCancellationRequested)
        {
            // The pace of the health file, whose age shows whether the node lives.
            await Task.Delay(Interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested) Write(file, describe());
        }
        File.Delete(file);
    }

    /// <summary>The state of a node in words.</summary>
    public static string Describe(ClusterNode? node, bool waitsForStore) =>
        node is null ? waitsForStore ? "waiting for the database" : "starting" :
        node.Services.Fitness.Failure is { } failure ? failure :
        node.Joined.IsCompletedSuccessfully ? Ready :
        node.IsLetIn ? "in the cluster, but not counted yet: too few core nodes" : "not in the cluster yet: no seed node has let it in";

    /// <summary>Reads the line: 0 when it says ready and is fresh.</summary>
    public static int Check(string? file, DateTime utcNow, TextWriter output)
    {
        if (file is null)
        {
            output.WriteLine($"no {NodeSetting.HealthFile.Flag} is set: there is nothing to check");
            return ExitCode.BadSetting;
        }
        string state;
        TimeSpan age;
        try
        {
            state = File.ReadAllText(file).Trim();
            age = utcNow - File.GetLastWriteTimeUtc(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"the node does not run: {e.Message}");
            return ExitCode.Failed;
        }
        var isOld = age > Oldest;
        output.WriteLine(isOld ? $"the node has not written its state for {age.TotalSeconds:0} s; it was: {state}" : state);
        return !isOld && state == Ready ? ExitCode.Left : ExitCode.Failed;
    }

    private static void Write(string file, string state)
    {
        try
        {
            // A reader never sees half a line.
            File.WriteAllText(file + ".new", state + "\n");
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeSettingException($"{NodeSetting.HealthFile.Flag} names {file}, which cannot be written: {e.Message}");
        }
    }
}
