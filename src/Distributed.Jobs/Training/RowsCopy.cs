using System.Security.Cryptography;
using Distributed.Cluster;
using Distributed.Data.Encodings;
using Distributed.Data.Rows;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Transport.Files;

namespace Distributed.Jobs.Training;

/// <summary>
/// Reads the rows of a training. Those in memory are copied as CSV beside a store that outlives the training, so that every door can resume and
/// verify its job: <c>FILE.rows/HASH/NAME.csv</c>, once for the same rows. They belong to the store; who deletes its file may delete them.
/// </summary>
internal static class RowsCopy
{
    /// <summary>Splits and encodes the rows.</summary>
    /// <exception cref="Data.DataException">They cannot be used.</exception>
    public static EncodedDataSet Load(DataSettings settings, TrainingData? data) =>
        data?.Table is { } table ? DataSets.Load(settings, table, data.Validation?.Table) : DataSets.Load(settings);

    /// <summary>The data settings by which a later process reads the rows.</summary>
    /// <param name="settings">As <see cref="Load"/> had them.</param>
    /// <param name="data">The rows.</param>
    /// <param name="store">The store's full path.</param>
    /// <exception cref="TrainingException">The copy cannot be written.</exception>
    public static DataSettings Keep(DataSettings settings, TrainingData? data, string store)
    {
        if (data?.Table is not { } table) return settings;
        var kept = settings with { Source = Write(table, store) };
        return data.Validation?.Table is { } validation ? kept with { Validation = Write(validation, store) } : kept;
    }

    private static string Write(MemoryTable table, string store)
    {
        var folder = store + ".rows";
        var beside = Path.Combine(folder, $"{Guid.NewGuid():n}.partial");
        try
        {
            PrivateFile.CreateFolder(folder);
            using (var file = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                table.WriteCsv(file);
                file.Flush(flushToDisk: true);
            }
            var place = Path.Combine(folder, HashOf(beside)[..16]);
            PrivateFile.CreateFolder(place);
            var path = Path.Combine(place, table.Name + ".csv");
            File.Move(beside, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"the rows cannot be copied to {folder}, from where a resume reads them: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
