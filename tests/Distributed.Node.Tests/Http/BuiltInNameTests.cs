using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Distributed.Api;

namespace Distributed.Node.Tests.Http;

/// <summary>A name means one data set: an upload never hides behind a built-in set, and a built-in set never replaces an upload.</summary>
[Collection(GatewayCollection.Name)]
public sealed class BuiltInNameTests(GatewayFixture gateway)
{
    private readonly HttpClient _client = gateway.Client;

    [Theory]
    [InlineData("digits", "my-digits")]
    [InlineData("Buyers", "my-buyers")]
    [InlineData("DIABETES.csv", "my-diabetes")]
    [InlineData("data/digits.csv.gz", "my-digits")]
    public async Task An_upload_with_the_name_of_a_built_in_set_is_refused(string name, string instead)
    {
        var before = (await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets.Count;
        var response = await _client.PostAsync($"{ApiRoutes.Datasets}?name={Uri.EscapeDataString(name)}", ClientExtensions.Csv(ClientExtensions.SmallTable(71)));
        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains($"'{instead}'", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, (await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets.Count);
    }

    [Fact]
    public async Task An_upload_whose_file_has_the_name_of_a_built_in_set_is_refused()
    {
        using var form = new MultipartFormDataContent { { ClientExtensions.Csv(ClientExtensions.SmallTable(72)), DatasetParts.Table, "Digits.csv" } };
        var problem = await (await _client.PostAsync(ApiRoutes.Datasets, form)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains("'my-digits'", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_an_older_release_stored_under_a_built_in_name_is_not_replaced_silently()
    {
        var id = StoreAsAnOlderRelease(ClientExtensions.SmallTable(73), "diabetes");
        Assert.Contains((await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets, set => set.Id == id && set.Name == "diabetes");
        try
        {
            var problem = await (await _client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "data": "diabetes", "epochs": 1 }"""))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
            Assert.Contains(id, problem.Detail, StringComparison.Ordinal);

            var job = await _client.SubmitAsync($$"""{ "data": "{{id}}", "epochs": 1, "name": "of-the-upload" }""");
            Assert.Equal(id, job.Source.Source);
            await _client.UntilEndedAsync("of-the-upload");
        }
        finally
        {
            await _client.DeleteAsync(ApiRoutes.Job("of-the-upload"));
            await _client.DeleteAsync(ApiRoutes.Dataset(id));
        }
        var builtIn = await _client.SubmitAsync("""{ "data": "diabetes", "epochs": 1 }""");
        Assert.Equal("diabetes", builtIn.Source.Source);
        await _client.UntilEndedAsync(builtIn.Summary.Id);
    }

    [Fact]
    public async Task A_job_that_goes_on_from_one_on_a_built_in_set_takes_that_set_whatever_uploads_are_called()
    {
        await _client.SubmitAsync("""{ "data": "buyers", "epochs": 1, "name": "of-the-built-in" }""");
        await _client.UntilEndedAsync("of-the-built-in");
        var id = StoreAsAnOlderRelease(ClientExtensions.SmallTable(74), "buyers");
        try
        {
            var job = await _client.SubmitAsync("""{ "from": "of-the-built-in", "epochs": 1, "name": "goes-on" }""");
            Assert.Equal("buyers", job.Source.Source);
            await _client.UntilEndedAsync("goes-on");
        }
        finally
        {
            await _client.DeleteAsync(ApiRoutes.Dataset(id));
        }
    }

    /// <summary>As a release stored uploads that did not refuse the name.</summary>
    private string StoreAsAnOlderRelease(string csv, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        var id = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var folder = Directory.CreateDirectory(Path.Combine(gateway.DataFolder, "datasets", id)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "data.csv"), bytes);
        var part = new { name = "data", bytes = bytes.Length, sha256 = id };
        var dataset = new { id, name, kind = "table", bytes = bytes.Length, uploadedAt = "2026-01-01T00:00:00+00:00", parts = new[] { part } };
        File.WriteAllText(Path.Combine(folder, "dataset.json"), JsonSerializer.Serialize(new { dataset, description = new { dataset, rows = 30, usedBy = Array.Empty<string>() } }));
        return id;
    }
}
