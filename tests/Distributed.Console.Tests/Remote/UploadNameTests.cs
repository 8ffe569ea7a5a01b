using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Remote;

/// <summary>An upload never takes the name of a built-in data set.</summary>
public sealed class UploadNameTests : IDisposable
{
    private readonly TestConsole _console = new();

    public UploadNameTests() => _console.Variables["DTRAIN_SERVER"] = "http://gate:8080";

    [Theory]
    [InlineData("data/Digits.csv", null, "my-digits")]
    [InlineData("buyers.csv.gz", null, "my-buyers")]
    [InlineData("table.csv", "DIABETES", "my-diabetes")]
    public async Task An_upload_with_the_name_of_a_built_in_set_is_refused_before_anything_is_sent(string file, string? name, string instead)
    {
        var path = _console.Write(file, "a,b\n1,x\n");
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync(["data", "upload", path, .. name is null ? Array.Empty<string>() : ["--name", name]]));
        Assert.Contains($"--name {instead}", _console.Error, StringComparison.Ordinal);
        Assert.Single(_console.Error.TrimEnd().Split('\n'));
        Assert.Empty(_console.Gateway.Asked);
    }

    [Fact]
    public async Task A_table_that_submit_uploads_gets_a_name_that_no_built_in_set_has()
    {
        var path = _console.Write("digits.csv", "a,b\n1,x\n");
        var dataset = new Dataset(new string('a', 64), "my-digits", "table", 8, DateTimeOffset.UnixEpoch, []);
        _console.Gateway.On("POST /api/v1/datasets?name=my-digits", dataset, ApiJson.Default.Dataset);
        await _console.RunAsync("submit", "--data", path); // no scripted answer takes the job
        Assert.Equal(["POST /api/v1/datasets?name=my-digits", "POST /api/v1/jobs"], _console.Gateway.Asked.Select(asked => asked.What).Distinct());
        Assert.Equal(dataset.Id, JsonDocument.Parse(_console.Gateway.Asked[^1].Body).RootElement.GetProperty("data").GetString());
    }

    public void Dispose() => _console.Dispose();
}
