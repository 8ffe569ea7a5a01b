namespace Distributed.Data.Compressed;

/// <summary>
/// A source that can be read once only, standard input (<c>-</c>) or a pipe, kept in a temporary file so that it can be read as often as a file.
/// </summary>
internal sealed class Spool : IDisposable
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    private Spool(string path) => Path = path;

    /// <summary>The temporary file.</summary>
    public string Path { get; }

    /// <summary>Runs an action on a source that may be one to read once.</summary>
    /// <param name="source">A path, or - for standard input.</param>
    /// <param name="read">Given a path that can be read repeatedly.</param>
    /// <exception cref="DataException">Of the action, naming the source; or the source cannot be kept.</exception>
    public static T Through<T>(string source, Func<string, T> read)
    {
        using var stream = OpenOnceOnly(source);
        if (stream is null)
            return read(source);
        var name = source == StandardInput ? "standard input" : source;
        using var spool = Keep(stream, name);
        try
        {
            return read(spool.Path);
        }
        catch (DataException error) when (error.File == spool.Path)
        {
            throw new DataException(error.Problem, error.Advice, name, error.Line, error.Column, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);

    /// <summary>The opened source, where it cannot be read twice; null for a file, a folder and what is not there.</summary>
    private static Stream? OpenOnceOnly(string source)
    {
        if (source == StandardInput)
            return Console.IsInputRedirected
                ? Console.OpenStandardInput()
                : throw new DataException("standard input is a terminal", "pipe a table into it: … | dtrain train --data -");
        if (!File.Exists(source))
            return null;
        try
        {
            var stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (!stream.CanSeek)
                return stream;
            stream.Dispose();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null; // told where it is read
        }
    }

    /// <summary>Copies a stream into a temporary file.</summary>
    /// <exception cref="DataException">It cannot be read, or there is too much of it.</exception>
    public static Spool Keep(Stream from, string name)
    {
        var spool = new Spool(System.IO.Path.GetTempFileName());
        try
        {
            using var to = new FileStream(spool.Path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
            var buffer = new byte[1 << 16];
            var length = 0L;
            for (int read; (read = from.Read(buffer)) > 0;)
            {
                length += read;
                if (length > DataLimits.TableBytes)
                    throw new DataException($"there are more than {DataLimits.TableBytes >> 30} GiB", "take a sample of it", name);
                to.Write(buffer, 0, read);
            }

            return spool;
        }
        catch (Exception error)
        {
            spool.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new DataException("it cannot be read: " + error.Message, file: name, inner: error);
            throw;
        }
    }
}
