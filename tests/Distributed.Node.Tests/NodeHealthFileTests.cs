namespace Distributed.Node.Tests;

public sealed class NodeHealthFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("health-").FullName, "health");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public void A_fresh_line_that_says_ready_is_health()
    {
        File.WriteAllText(_file, "ready\n");
        Assert.Equal((0, "ready"), Check(TimeSpan.Zero));
    }

    [Fact]
    public void A_node_that_waits_is_not_healthy_and_says_for_what()
    {
        File.WriteAllText(_file, "waiting for the database\n");
        Assert.Equal((1, "waiting for the database"), Check(TimeSpan.Zero));
    }

    [Fact]
    public void An_old_line_means_that_the_node_stands_still()
    {
        File.WriteAllText(_file, "ready\n");
        var (code, words) = Check(TimeSpan.FromSeconds(40));
        Assert.Equal(1, code);
        Assert.Contains("has not written its state for 40 s", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_of_the_command_line_finds_no_file_before_the_node_runs()
    {
        var output = new StringWriter();
        Assert.Equal(1, await NodeApplication.RunAsync(["--health"], name => name == "DISTRIBUTED_HEALTH_FILE" ? _file : null, output, TextWriter.Null));
        Assert.Contains("does not run", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await NodeApplication.RunAsync(["--health"], _ => null, output, TextWriter.Null));
    }

    [Fact]
    public async Task The_line_is_there_at_once_and_gone_at_the_end()
    {
        using var ending = new CancellationTokenSource();
        var keeping = NodeHealthFile.KeepAsync(_file, () => "starting", ending.Token);
        Assert.Equal((1, "starting"), Check(TimeSpan.Zero));
        await ending.CancelAsync();
        await keeping;
        Assert.False(File.Exists(_file));
    }

    private (int Code, string DisplayText) Check(TimeSpan age)
    {
        var output = new StringWriter();
        var code = NodeHealthFile.Check(_file, File.GetLastWriteTimeUtc(_file) + age, output);
        return (code, output.ToString().Trim());
    }
}
