using System.Text.Json;
using System.Text;
using Distributed.Data;
using Distributed.Jobs.Submission;
using Distributed.Tests;

namespace Distributed.Jobs.Tests.Submission;

public sealed class JobFileTests
{
    [Fact]
    public void Members_are_the_flags_in_camel_case()
    {
        Assert.Equal("minimumLearningRate", Settings.All.Single(s => s.Name == "minimum-learning-rate").Member);
        Assert.All(Settings.All, s => Assert.Matches("^[a-z][a-zA-Z0-9]*$", s.Member));
        Assert.Equal(Settings.All.Count, Settings.All.Select(s => s.Member).Distinct().Count());
    }

    [Fact]
    public void Numbers_texts_lists_and_maps_are_what_the_flags_would_hold()
    {
        var values = Parse("""{ "epochs": 3, "learningRate": 1e-3, "hidden": [64, 32], "classWeights": {"a": 2, "b": 0.5}, "validation": "x.csv", "target": null, }""");
        Assert.Equal(3, values.Get(Settings.Epochs));
        Assert.Equal(0.001, values.Get(Settings.LearningRate));
        Assert.Equal([64, 32], values.Get(Settings.Hidden)!);
        Assert.Equal(new Dictionary<string, double> { ["a"] = 2, ["b"] = 0.5 }, values.Get(Settings.ClassWeights)!.ByLabel);
        Assert.Equal("x.csv", values.Get(Settings.Validation));
        Assert.False(values.Has(Settings.Target));
    }

    [Fact]
    public void Data_that_are_null_are_refused_unless_another_job_has_them()
    {
        Assert.Contains("'data' is null: name a data set, or leave 'data' out for digits", Assert.Throws<UsageException>(() => Parse("""{"data": null, "epochs": 3}""")).Message, StringComparison.Ordinal);
        Assert.False(Parse("""{"from": "digits-1", "data": null}""").Has(Settings.Data));
        Assert.False(Parse("""{"epochs": 3}""").Has(Settings.Data));
    }

    [Fact]
    public void An_empty_list_of_hidden_layers_means_none() => Assert.Empty(Parse("""{"hidden": []}""").Get(Settings.Hidden)!);

    [Fact]
    public void A_byte_order_mark_is_no_error() =>
        Assert.Equal(3, JobFile.Parse(Encoding.UTF8.GetPreamble().Concat("""{"epochs": 3}"""u8.ToArray()).ToArray(), "job.json").Get(Settings.Epochs));

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xA2, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'d', (byte)'a', (byte)'t', (byte)'a', (byte)'"', (byte)':', (byte)'"', 0xFF, (byte)'"', (byte)'}' })]
    public void Bytes_that_are_no_text_are_refused(byte[] json) =>
        Assert.Contains("not Unicode text", Assert.Throws<UsageException>(() => JobFile.Parse(json, "job.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused() =>
        Assert.Contains("not Unicode text", Assert.Throws<UsageException>(() => Parse("{\"data\": \"\\ud800\"}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Flags_win()
    {
        var flags = new GivenSettings();
        flags.Give(Settings.Epochs, "5");
        var merged = flags.Over(Parse("""{"epochs": 3, "batch": 16}"""));
        Assert.Equal(5, merged.Get(Settings.Epochs));
        Assert.Equal(16, merged.Get(Settings.Batch));
    }

    [Fact]
    public void Every_sample_job_is_right()
    {
        var folder = Path.Combine(Repository.Root, "cluster-config", "jobs");
        var files = Directory.GetFiles(folder, "*.json");
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var given = JobFile.Parse(JobOf(File.ReadAllBytes(file)), Path.GetFileName(file));
            JobResolution.Check(given);
            var regression = given.Get(Settings.Task) == TaskKind.Regress;
            var shape = new DataShape(!regression, 8, regression ? 1 : 2, 100, 20, new string('a', 64), regression ? [] : ["no", "yes"], () => [50, 50]);
            Assert.Null(JobResolution.Resolve(given, 1, shape).Validate());
        });
    }

    /// <summary>The job of a file; a search has one within (its space is tried where the documents' examples are run).</summary>
    private static byte[] JobOf(byte[] file)
    {
        using var document = JsonDocument.Parse(file, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.TryGetProperty("job", out var job) ? Encoding.UTF8.GetBytes(job.GetRawText()) : file;
    }

    private static GivenSettings Parse(string json) => JobFile.Parse(Encoding.UTF8.GetBytes(json), "job.json");
}
