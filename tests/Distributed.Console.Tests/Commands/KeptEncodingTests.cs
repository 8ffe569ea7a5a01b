using System.Text;
using System.Text.Json;
using Distributed.Console.Commands;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Jobs.Service;
using Microsoft.Data.Sqlite;

namespace Distributed.Console.Tests.Commands;

/// <summary>A job keeps its encoding, so its models need its samples no more; a job of an earlier release has none and fits it again.</summary>
public sealed class KeptEncodingTests : IDisposable
{
    private readonly TestConsole _console = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _console.Dispose();
    }

    [Fact]
    public async Task A_job_is_exported_with_the_encoding_that_it_kept_when_its_samples_are_gone()
    {
        var file = await TrainAsync();
        File.Delete(file);

        Assert.True(await RunAsync("export", "--job", "kept", "-o", _console.PathOf("m.onnx")) == ExitCode.Done, _console.Error);

        var onnx = Encoding.Latin1.GetString(File.ReadAllBytes(_console.PathOf("m.onnx")));
        Assert.Contains("text_colour", onnx, StringComparison.Ordinal);
        var model = JsonDocument.Parse(File.ReadAllBytes(_console.PathOf("out/best/model.json"))).RootElement;
        Assert.Contains("weights " + model.GetProperty("weightsSha256").GetString(), _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_without_a_kept_encoding_has_it_fitted_again_or_is_refused_without_its_samples()
    {
        var file = await TrainAsync();
        Assert.Equal(ExitCode.Done, await RunAsync("export", "--job", "kept", "-o", _console.PathOf("kept.onnx")));
        ForgetEncoding();

        Assert.True(await RunAsync("export", "--job", "kept", "-o", _console.PathOf("fitted.onnx")) == ExitCode.Done, _console.Error);
        Assert.Equal(File.ReadAllBytes(_console.PathOf("kept.onnx")), File.ReadAllBytes(_console.PathOf("fitted.onnx")));

        File.Delete(file);
        Assert.Equal(ExitCode.BadUsage, await RunAsync("export", "--job", "kept", "-o", _console.PathOf("none.onnx")));
        Assert.Contains("the samples of kept cannot be read again", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_that_read_a_store_start_no_cluster()
    {
        await TrainAsync();
        string[][] commands = [["jobs"], ["jobs", "--json"], ["verify", "kept"], ["export", "--job", "kept", "-o", _console.PathOf("m.onnx")]];
        foreach (var command in commands)
            Assert.True(await ConsoleApplication.RunAsync(command, _console.Environment with { OpenStore = StoreAccess.Open }) == ExitCode.Done, _console.Error);
        Assert.Empty(_console.Started);
        Assert.Contains("step ", _console.Output, StringComparison.Ordinal);
        Assert.Empty(_console.Error);
    }

    private async Task<string> TrainAsync()
    {
        var rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{(i % 3 == 0 ? "red" : "blue")},{i * i},{(i % 2 == 0 ? "yes" : "no")}\n"));
        var file = _console.Write("samples.csv", "colour,size,bought\n" + rows);
        var code = await RunAsync("train", "--data", file, "--epochs", "2", "--name", "kept", "--out", _console.PathOf("out"));
        Assert.True(code == ExitCode.Done, _console.Error);
        return file;
    }

    private Task<int> RunAsync(params string[] arguments) => _console.RunRealAsync(arguments);

    /// <summary>Makes the store what an earlier release wrote: the job's registration names no encoding.</summary>
    private void ForgetEncoding()
    {
        using var connection = new SqliteConnection($"Data Source={_console.Store};Pooling=False");
        connection.Open();
        using var read = connection.CreateCommand();
        read.CommandText = "select message from journal where manifest = 'job-registered'";
        var message = System.Text.Json.Nodes.JsonNode.Parse((byte[])read.ExecuteScalar()!)!.AsObject();
        Assert.True(message.Remove("encodingId"), message.ToJsonString());
        using var write = connection.CreateCommand();
        write.CommandText = "update journal set message = $message where manifest = 'job-registered'";
        write.Parameters.AddWithValue("$message", Encoding.UTF8.GetBytes(message.ToJsonString()));
        Assert.Equal(1, write.ExecuteNonQuery());
    }
}
