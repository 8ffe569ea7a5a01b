using Distributed.Api;
using Distributed.Data;
using Distributed.Data.Sets;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Remote;

/// <summary>Sends a file, or the images of a folder, as a data set.</summary>
internal static class DatasetUpload
{
    /// <summary>Sends the data; the server keeps equal data once.</summary>
    /// <param name="client">The server.</param>
    /// <param name="source">A CSV file, a folder of IDX files or an IDX images file; also gzipped.</param>
    /// <param name="name">The display name; null for the file's name, or a similar one where a built-in data set has it.</param>
    /// <param name="written">Settings that may say how a table is written.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static async Task<Dataset> SendAsync(HttpTrainingClient client, string source, string? name, GivenSettings written, CancellationToken cancellation)
    {
        var called = name ?? (ReservedName(source) is { } reserved ? DatasetNames.Instead(reserved) : LoadedData.DisplayName(source));
        var images = DataSets.ImageParts(source);
        return images.Count > 0
            ? await client.UploadImagesAsync(images, called, cancellation).ConfigureAwait(false)
            : await client.UploadTableAsync(source, called, written, cancellation).ConfigureAwait(false);
    }

    /// <summary>The built-in data set's name that an upload would take; null when it takes none.</summary>
    /// <param name="given">A name, or a file whose name it is.</param>
    public static string? ReservedName(string given) =>
        DatasetNames.Of(LoadedData.DisplayName(given)) is { } name && DatasetNames.IsReserved(name) ? name : null;
}
