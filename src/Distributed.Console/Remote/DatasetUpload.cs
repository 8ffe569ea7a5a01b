using Distributed.Learning.Data;
using Distributed.Protocol.Api;

namespace Distributed.Console.Remote;

/// <summary>Sends a file, or the images of a folder, as a data set.</summary>
internal static class DatasetUpload
{
    /// <summary>Sends it; what the server has already, it keeps once.</summary>
    /// <param name="client">The server.</param>
    /// <param name="source">A CSV file, a folder of IDX files or an IDX images file; also gzipped.</param>
    /// <param name="name">What people call it; null for the file's name.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static async Task<Dataset> SendAsync(HttpTrainingClient client, string source, string? name, CancellationToken cancellation)
    {
        var called = name ?? LoadedData.DisplayName(source);
        var images = DataSets.ImageParts(source);
        return images.Count > 0
            ? await client.UploadImagesAsync(images, called, cancellation).ConfigureAwait(false)
            : await client.UploadTableAsync(source, called, cancellation).ConfigureAwait(false);
    }
}
