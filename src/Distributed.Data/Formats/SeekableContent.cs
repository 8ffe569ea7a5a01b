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
            return new EndingStream(file.Content);
        using var packed = file.Content;
        return new EndingStream(new FileStream(Spool.Keep(packed, file.Name).Path, FileMode.Open, FileAccess.Read, FileShare.None, 1 << 16, FileOptions.DeleteOnClose));
    }
}
