using System.Security.Cryptography;
using System.Text;
using Distributed.Api;
using Distributed.Data.Compressed;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Jobs.Submission;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;
using Distributed.Transport.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Distributed.Node.Datasets;

/// <summary>
/// Streams an upload to disk, hashing it on the way, then reads it once to refuse unusable data immediately. An aborted upload leaves
/// nothing behind.
/// </summary>
internal sealed class DatasetUpload(DatasetStore store, HttpLimits limits, Computations computations, RequestMemory budget, TimeProvider clock)
{
    /// <summary>Receives a request's body. True when the content was not there before.</summary>
    /// <param name="context">The request.</param>
    /// <param name="owner">Who uploads; null where nobody is asked.</param>
    /// <param name="caller">Whom limits count it to.</param>
    public async Task<(bool IsNew, StoredDataset Stored)> ReceiveAsync(HttpContext context, string? owner, string caller)
    {
        if (store.Count >= limits.Datasets) throw ApiException.TooMany($"{limits.Datasets:#,0} data sets are kept, and no more: delete some", TimeSpan.FromMinutes(1));
        if (context.Request.ContentLength > limits.UploadBytes) throw TooLong();
        var left = store.LeftFor(owner);
        if (context.Request.ContentLength - FormBytes > left) throw store.NoRoomFor(owner); // the same content again is refused too: it is known when it has come
        var given = context.Request.Query["name"].ToString() is { Length: > 0 } text ? text : null;
        if (given is not null) NameOf(given); // refused before its bytes come
        var written = WrittenAs(context.Request.Query);
        var folder = store.NewUploadFolder();
        try
        {
            var received = await ReceiveAsync(context.Request, folder, () => left < limits.UploadBytes ? store.NoRoomFor(owner) : TooLong(), Math.Min(limits.UploadBytes, left), context.RequestAborted).ConfigureAwait(false);
            var name = NameOf(given ?? received.FileName);
            using var memory = budget.Take(0); // of the table
            var (stored, table) = await computations.RunAsync(caller, () =>
            {
                using var scope = new ReadingScope(context.RequestAborted, memory.Grow);
                return Task.FromResult(Describe(folder, received.Parts, name, written));
            }, context.RequestAborted).ConfigureAwait(false);
            var isNew = store.Take(folder, stored with { Owner = owner }, out var kept);
            if (table is not null) store.Parsed.Keep(kept.Dataset.Id, table);
            return (isNew, kept);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<(List<DatasetPart> Parts, string? FileName)> ReceiveAsync(
        HttpRequest request, string folder, Func<ApiException> tooLong, long left, CancellationToken cancellation)
    {
        var parts = new List<DatasetPart>();
        var body = new PacedStream(request.Body, limits.UploadPace, clock);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) throw ApiException.UnsupportedMedia(Expected);
        if (type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            parts.Add(await WriteAsync(DatasetParts.Table, body, folder, tooLong, left, cancellation).ConfigureAwait(false));
            return (parts, null);
        }
        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) throw ApiException.UnsupportedMedia(Expected);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 100) throw ApiException.BadRequest("multipart/form-data needs a boundary of at most 100 characters");

        var reader = new MultipartReader(boundary, body) { HeadersCountLimit = 16, HeadersLengthLimit = 8 << 10 };
        string? fileName = null;
        while (await ReadingAsync(reader.ReadNextSectionAsync(cancellation)).ConfigureAwait(false) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                throw ApiException.BadRequest("a part has no Content-Disposition with a name");
            var part = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
            if (!DatasetParts.All.Contains(part)) throw ApiException.BadRequest($"there is a part '{Shown(part)}': the parts are {string.Join(", ", DatasetParts.All)}");
            if (parts.Exists(known => known.Name == part)) throw ApiException.BadRequest($"the part '{part}' comes twice");
            fileName ??= HeaderUtilities.RemoveQuotes(disposition.FileName).Value;
            var written = await WriteAsync(part, section.Body, folder, tooLong, left, cancellation).ConfigureAwait(false);
            parts.Add(written);
            left -= written.Bytes;
        }
        Check(parts);
        return (parts, fileName);
    }

    private static void Check(List<DatasetPart> parts)
    {
        var names = parts.Select(part => part.Name).ToHashSet();
        if (names.Contains(DatasetParts.Table))
        {
            if (names.Count > 1) throw ApiException.BadRequest($"the part '{DatasetParts.Table}' is a table and comes alone");
            return;
        }
        if (!names.Contains(DatasetParts.TrainImages) || !names.Contains(DatasetParts.TrainLabels))
            throw ApiException.BadRequest($"a table is needed as the part '{DatasetParts.Table}', or images as the parts '{DatasetParts.TrainImages}' and '{DatasetParts.TrainLabels}'");
        if (names.Contains(DatasetParts.TestImages) != names.Contains(DatasetParts.TestLabels))
            throw ApiException.BadRequest($"'{DatasetParts.TestImages}' and '{DatasetParts.TestLabels}' come together or not at all");
    }

    private static async Task<DatasetPart> WriteAsync(
        string part, Stream content, string folder, Func<ApiException> tooLong, long most, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 << 10];
        var bytes = 0L;
        var file = PrivateFile.Open(Path.Combine(folder, DatasetStore.FileOf(part)), FileMode.CreateNew, isAsynchronous: true);
        await using (file.ConfigureAwait(false))
        {
            for (int read; (read = await ReadingAsync(content.ReadAsync(buffer, cancellation).AsTask()).ConfigureAwait(false)) > 0;)
            {
                bytes += read;
                if (bytes > most) throw tooLong();
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }
            file.Flush(flushToDisk: true);
        }
        return bytes > 0 ? new DatasetPart(part, bytes, Convert.ToHexStringLower(hash.GetHashAndReset())) : throw ApiException.BadRequest("the upload is empty");
    }

    /// <summary>Reports a damaged body, and only that: errors of the disk pass through.</summary>
    private static async Task<T> ReadingAsync<T>(Task<T> reading)
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw ApiException.BadRequest("the body ends before its last part does");
        }
    }

    /// <summary>What the settings of the query say about a table.</summary>
    /// <exception cref="SettingException">One is wrong.</exception>
    private static TableFormat? WrittenAs(IQueryCollection query)
    {
        var given = new GivenSettings();
        foreach (var setting in TableWriting.All)
            if (query[setting.Member].ToString() is { Length: > 0 } text) given.Give(setting, text);
        return TableWriting.Of(given, before: null);
    }

    private (StoredDataset Stored, ParsedTable? Table) Describe(string folder, List<DatasetPart> parts, string? name, TableFormat? written)
    {
        var isTable = parts[0].Name == DatasetParts.Table;
        parts.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        var id = isTable
            ? parts[0].Sha256
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Name} {part.Sha256}\n")))));
        var table = isTable ? ParsedTable.Of(Path.Combine(folder, DatasetStore.FileOf(DatasetParts.Table)), written) : null;
        var profile = table?.Profile ?? DataProfile.Of(folder);
        var dataset = new Dataset(
            id, name ?? (isTable ? "table-" : "images-") + id[..8], isTable ? "table" : "images", parts.Sum(part => part.Bytes), clock.GetUtcNow(), parts);
        return (new StoredDataset(dataset, new DatasetDescription
        {
            Dataset = dataset,
            Rows = profile.Rows,
            TestRows = profile.TestRows,
            Width = profile.Width,
            Height = profile.Height,
            ClassCounts = profile.ClassCounts,
            Columns = isTable ? [.. profile.Columns.Select(column => ColumnDescription.Of(column, NoteWords.By(ProblemAnswers.WordOf)))] : null,
            Notes = [.. profile.Notes.Select(note => note.Say(ProblemAnswers.WordOf))],
        }), table);
    }

    /// <summary>A display name from a client's name: never part of a path, never the name of a built-in data set.</summary>
    private static string? NameOf(string? given) => DatasetNames.Of(given) is { } name && DatasetNames.IsReserved(name)
        ? throw ApiException.Unprocessable($"'{name}' is the name of a built-in data set: give the upload another, such as '{DatasetNames.Instead(name)}' (?name={DatasetNames.Instead(name)})")
        : DatasetNames.Of(given);

    private static string Shown(string text) => new([.. text.Take(40).Select(c => char.IsControl(c) ? '·' : c)]);

    private ApiException TooLong() => ApiException.TooLarge($"an upload has at most {limits.UploadBytes:#,0} bytes");

    /// <summary>What a form adds to its files.</summary>
    private const long FormBytes = 4 << 10;

    private const string Expected = "an upload is text/csv, application/octet-stream (a table), or multipart/form-data with the parts of images";
}
