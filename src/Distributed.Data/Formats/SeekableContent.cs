using Distributed.Data.Compressed;

namespace Distributed.Data.Formats;

/// <summary>A file's content as a stream that can seek: the file itself, or, where it is packed, a temporary file of the unpacked bytes.</summary>
internal static class SeekableContent
{
    /// <summary>Opens the content.</summary>
    /// <param name="file">The file; belongs to the stream where it can seek.</param>
    /// <exception cref="DataException">It is damaged or too large.</exception>
    public static Stream Of(OpenedFile file)
    {
        if (file.Content.CanSeek)
            return file.Content;
        using var packed = file.Content;
        var unpacked = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = packed.Read(buffer)) > 0;)
            {
                if (unpacked.Length + read > DataLimits.TableBytes)
                    throw new DataException($"there are more than {DataLimits.TableBytes >> 30} GiB", "take a sample of it", file.Name);
                unpacked.Write(buffer, 0, read);
            }

            unpacked.Position = 0;
            return unpacked;
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }
}
