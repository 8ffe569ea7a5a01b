using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Distributed.Api;
using Distributed.Data.Encodings;
using Distributed.Protocol.Queue;

namespace Distributed.Node.Tests.Http;

[Collection(GatewayCollection.Name)]
public sealed class DatasetRouteTests(GatewayFixture gateway)
{
    private readonly HttpClient _client = gateway.Client;

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task An_upload_is_for_the_nodes_user_alone()
    {
        var set = await gateway.Client.UploadAsync(ClientExtensions.SmallTable(salt: 99_000), "private");
        var folder = Path.Combine(gateway.DataFolder, "datasets", set.Id);
        foreach (var place in new[] { folder, Path.Combine(gateway.DataFolder, "datasets"), gateway.DataFolder })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(place));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_table_is_kept_once_described_and_deleted()
    {
        const string Table = "age,city,buys\n31,Rome,yes\n,Oslo,no\n45,Rome,no\n";
        var first = await _client.PostAsync($"{ApiRoutes.Datasets}?name=../../People.csv", ClientExtensions.Csv(Table));
        var again = await _client.PostAsync($"{ApiRoutes.Datasets}?name=other", ClientExtensions.Csv(Table));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        var dataset = await again.ReadAsync<Dataset>();
        Assert.Equal(("People", "table"), (dataset.Name, dataset.Kind));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Table))), dataset.Id);
        Assert.Contains((await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets, listed => listed.Id == dataset.Id);

        var told = await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id));
        Assert.Equal(3, told.Rows);
        Assert.Equal(["number", "text", "text"], told.Columns!.Select(column => column.Type));
        Assert.Equal((1, 31.0, 45.0, 38.0), (told.Columns![0].Missing, told.Columns[0].Minimum, told.Columns[0].Maximum, told.Columns[0].Mean));
        Assert.Equal(2, told.ClassCounts!["no"]);

        Assert.Equal(HttpStatusCode.NoContent, (await _client.DeleteAsync(ApiRoutes.Dataset(dataset.Id))).StatusCode);
        await (await _client.GetAsync(ApiRoutes.Dataset(dataset.Id))).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_table_says_in_the_query_how_it_is_written_and_its_job_says_so_too()
    {
        var table = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i};0{i % 4};{"xy"[i % 2]}\n"));
        var refused = await (await _client.PostAsync(ApiRoutes.Datasets, ClientExtensions.Csv(table))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains("no-header", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("'delimiter'", (await (await _client.PostAsync($"{ApiRoutes.Datasets}?delimiter=ab", ClientExtensions.Csv(table)))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity)).Detail, StringComparison.Ordinal);

        var dataset = await (await _client.PostAsync($"{ApiRoutes.Datasets}?name=headless&noHeader=true&delimiter=%3B", ClientExtensions.Csv(table))).ReadAsync<Dataset>();
        var told = await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id));
        Assert.Equal([("c1", "number"), ("c2", "category"), ("c3", "flag")], told.Columns!.Select(column => (column.Name, column.Role!)));
        Assert.Contains("'column' c2=number", told.Columns![1].Why, StringComparison.Ordinal);

        var job = await _client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "noHeader": true, "delimiter": ";", "column": { "c2": "number" }, "epochs": 1, "hidden": "none" }""");
        Assert.Equal(2, job.Specification.Network.Inputs);
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync(job.Summary.Id)).Summary.State);
    }

    [Fact]
    public async Task A_table_that_is_uploaded_again_is_described_as_the_last_upload_says_that_it_is_written()
    {
        const string Table = "code,price,class\n01,\"1,500\",x\n02,\"2,250\",y\n03,\"3,125\",x\n01,\"4,750\",y\n";
        async Task<(Dataset Dataset, ColumnDescription[] Columns)> UploadAsync(string query)
        {
            var dataset = await (await _client.PostAsync(ApiRoutes.Datasets + query, ClientExtensions.Csv(Table))).ReadAsync<Dataset>();
            var told = await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id));
            Assert.Equal(dataset.Name, told.Dataset.Name);
            return (dataset, [.. told.Columns!]);
        }

        var first = await UploadAsync("?name=prices");
        var second = await UploadAsync("?decimal=comma&column=code%3Dnumber");
        var third = await UploadAsync("?name=other");
        Assert.Equal((first.Dataset.Id, "prices"), (second.Dataset.Id, second.Dataset.Name));
        Assert.Equal((1_500.0, "category"), (first.Columns[1].Minimum!.Value, first.Columns[0].Role));
        Assert.Equal((1.5, "number"), (second.Columns[1].Minimum!.Value, second.Columns[0].Role));
        Assert.Equal((1_500.0, "category"), (third.Columns[1].Minimum!.Value, third.Columns[0].Role));
        Assert.Single((await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets, listed => listed.Id == first.Dataset.Id);
    }

    [Fact]
    public async Task Strict_predictions_refuse_what_training_did_not_see_by_row_and_column()
    {
        var table = "x,k,c\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{"pq"[i % 2]},{"uv"[i % 2]}\n"));
        var dataset = await _client.UploadAsync(table, "seen");
        var job = await _client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": 1, "hidden": "none" }""");
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync(job.Summary.Id)).Summary.State);
        Task<HttpResponseMessage> AskAsync(string query, HttpContent body) => _client.PostAsync(ApiRoutes.Job(job.Summary.Id) + "/predictions" + query, body);
        StringContent Rows() => new("""{"rows": [{"x": 1, "k": "p"}, {"x": 2, "k": "r"}]}""", Encoding.UTF8, "application/json");
        Assert.Equal(2, (await (await AskAsync("", Rows())).ReadAsync<PredictionResponse>()).Predictions.Count);
        var refused = await (await AskAsync("?strict=true", Rows())).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal((2L, "k"), (refused.Line!.Value, refused.Column));
        var number = await (await AskAsync("?strict=true", ClientExtensions.Csv("x,k\nmany,p\n"))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal((2L, "x"), (number.Line!.Value, number.Column));
    }

    [Fact]
    public async Task Images_come_with_their_labels_as_parts()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Idx(3, [6, 2, 2], i => (byte)(i * 9))), DatasetParts.TrainImages, "/etc/passwd" },
            { new ByteArrayContent(Idx(1, [6], i => (byte)(i % 2))), DatasetParts.TrainLabels, "labels" },
        };
        var dataset = await (await _client.PostAsync(ApiRoutes.Datasets + "?name=spots", form)).ReadAsync<Dataset>();
        var told = await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id));
        Assert.Equal(("images", 6L, 2, 2, 3L), (dataset.Kind, told.Rows, told.Width!.Value, told.Height!.Value, told.ClassCounts!["1"]));
        var job = await _client.SubmitAsync($$"""{ "data": "spots", "epochs": 1, "hidden": "none", "validation": 0 }""");
        Assert.Equal(dataset.Id, job.Source.Source);
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync(job.Summary.Id)).Summary.State);
        await (await _client.DeleteAsync(ApiRoutes.Dataset(dataset.Id))).ProblemAsync(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_packed_table_is_kept_whole_and_refused_when_it_ends_early(bool isEncoding)
    {
        var packed = Packed(ClientExtensions.SmallTable(salt: isEncoding ? 81 : 82));
        HttpContent Body(byte[] bytes)
        {
            var body = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };
            if (isEncoding) body.Headers.ContentEncoding.Add("gzip");
            return body;
        }

        var early = await (await _client.PostAsync(ApiRoutes.Datasets, Body(packed[..^8]))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains($"the gzip data ends early, after {packed.Length - 8} bytes", early.Detail, StringComparison.Ordinal);
        var more = await (await _client.PostAsync(ApiRoutes.Datasets, Body([.. packed, 1, 2]))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Contains($"something else follows the gzip data from byte {packed.Length + 1} on", more.Detail, StringComparison.Ordinal);
        var dataset = await (await _client.PostAsync(ApiRoutes.Datasets, Body(packed))).ReadAsync<Dataset>();
        Assert.Equal(30, (await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id))).Rows);
    }

    [Fact]
    public async Task Packed_rows_to_predict_that_end_early_are_refused()
    {
        var dataset = await _client.UploadAsync(ClientExtensions.SmallTable(salt: 83), "packed-rows");
        var job = await _client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": 1, "hidden": "none" }""");
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync(job.Summary.Id)).Summary.State);
        var packed = Packed("x,y\n1,2\n3,4\n");

        Task<HttpResponseMessage> AskAsync(byte[] body) => _client.PostAsync(
            ApiRoutes.Job(job.Summary.Id) + "/predictions", new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } });
        Assert.Equal(2, (await (await AskAsync(packed)).ReadAsync<PredictionResponse>()).Predictions.Count);
        Assert.Contains("ends early", (await (await AskAsync(packed[..^1])).ProblemAsync(HttpStatusCode.UnprocessableEntity)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_of_JSON_means_itself_to_a_model_of_a_table_with_decimal_commas()
    {
        var table = "x;y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i % 10}{i / 10}5;{i * 2},5\n"));
        var dataset = await _client.UploadAsync(table, "commas");
        var job = await _client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": 1, "hidden": "none" }""");
        Assert.Equal(JobPhase.Completed, (await _client.UntilEndedAsync(job.Summary.Id)).Summary.State);
        var body = new StringContent("""{"rows": [{"x": 3.125}, {"x": "3,125"}, {"x": "3.125"}]}""", System.Text.Encoding.UTF8, "application/json");
        var answers = (await (await _client.PostAsync(ApiRoutes.Job(job.Summary.Id) + "/predictions", body)).ReadAsync<PredictionResponse>()).Predictions;
        Assert.Equal(answers[1].Value, answers[0].Value);
        Assert.NotEqual(answers[2].Value, answers[0].Value); // 3125
    }

    [Fact]
    public async Task A_job_is_read_by_the_newest_rules_and_its_answer_tells_what_they_took()
    {
        var table = "x,y,class\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},{i % 7},{(i % 3) switch { 0 => "0", 1 => "0.0", _ => "1" }}\n"));
        var dataset = await _client.UploadAsync(table, "spellings");
        var job = await _client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": 1, "hidden": "none" }""");

        Assert.Equal(2, job.Specification.Network.Outputs);
        Assert.Equal(DataSettings.NewestRules, job.Source.Rules);
        Assert.Contains("column \"class\": spellings of one label are one class: \"0\" (also \"0.0\")", job.Notes);
        Assert.Contains(job.Notes, note => note.StartsWith("classification, because ", StringComparison.Ordinal) && note.Contains("'task' regress", StringComparison.Ordinal));
        Assert.Equal(20, (await _client.GetAsync<DatasetDescription>(ApiRoutes.Dataset(dataset.Id))).ClassCounts!["0"]);
        await _client.UntilEndedAsync(job.Summary.Id);
    }

    [Theory]
    [InlineData("text/csv", "", 400, "empty")]
    [InlineData("text/csv", "a,b\n1\n", 422, "the row has 1 cell and the header 2")]
    [InlineData("text/csv", "1,2\n3,4\n", 422, "the first line looks like data")]
    [InlineData("text/plain", "a,b\n1,2\n", 415, "an upload is text/csv")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--\r\n", 400, "there is a part 'other'")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"train-images\"\r\n\r\n1\r\n--x--\r\n", 400, "'train-labels'")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nno end", 400, "header line: no end")]
    [InlineData("multipart/form-data; boundary=x", "no boundary", 400, "ends before")]
    [InlineData("multipart/form-data", "x", 400, "boundary")]
    public async Task What_cannot_be_used_is_refused_and_leaves_nothing_behind(string type, string body, int status, string reason)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var problem = await (await _client.PostAsync(ApiRoutes.Datasets, content)).ProblemAsync((HttpStatusCode)status);
        Assert.Contains(reason, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.DataFolder, problem.Detail, StringComparison.Ordinal);
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task An_upload_that_is_too_long_is_refused_whether_it_says_its_length_or_not()
    {
        var bytes = new byte[(8 << 20) + 1];
        Array.Fill(bytes, (byte)'a');
        await (await _client.PostAsync(ApiRoutes.Datasets, ClientExtensions.Csv(Encoding.ASCII.GetString(bytes)))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.Datasets) { Content = new StreamContent(new MemoryStream(bytes)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        request.Headers.TransferEncodingChunked = true;
        try
        {
            await (await _client.SendAsync(request)).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // The server ended the connection while the client was still sending: refused all the same.
        }
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task An_upload_that_is_cut_off_in_the_middle_leaves_nothing_behind()
    {
        var before = (await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets.Count;
        using (var socket = new TcpClient(_client.BaseAddress!.Host, _client.BaseAddress.Port))
        {
            var head = $"POST {ApiRoutes.Datasets} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\na,b\n1,2\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await UntilAsync(() => Uploads().Length > 0);
        }
        await UntilAsync(() => Uploads().Length == 0);
        Assert.Equal(before, (await _client.GetAsync<DatasetList>(ApiRoutes.Datasets)).Datasets.Count);
    }

    private string[] Uploads() => Directory.GetDirectories(Path.Combine(gateway.DataFolder, "uploads", $"{Environment.ProcessId}"));

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 1_000);
            await Task.Delay(20);
        }
    }

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static byte[] Idx(byte rank, int[] dimensions, Func<int, byte> value) =>
        [0, 0, 8, rank, .. dimensions.SelectMany(size => new byte[] { 0, 0, (byte)(size >> 8), (byte)size }), .. Enumerable.Range(0, dimensions.Aggregate((a, b) => a * b)).Select(value)];
}
