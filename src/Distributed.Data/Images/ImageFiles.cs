using Distributed.Data.Compressed;

namespace Distributed.Data.Images;

/// <summary>
/// Finds IDX files: in a folder by their usual names, <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>,
/// <c>t10k-images-idx3-ubyte</c>, <c>t10k-labels-idx1-ubyte</c> (also <c>.idx3-ubyte</c>, also with <c>.gz</c>), and the labels file of
/// an images file by replacing <c>images</c> with <c>labels</c> and <c>idx3</c> with <c>idx1</c> in its name.
/// </summary>
internal static class ImageFiles
{
    /// <summary>The largest pixel of an images file: IDX pixels are bytes.</summary>
    public const int Brightest = 255;

    private static readonly string[] Separators = ["-", "."];
    private static readonly string[] Endings = ["", ".gz"];

    /// <summary>The images file of a folder's training part (<c>train</c>) or test part (<c>t10k</c>); null when it is missing.</summary>
    public static string? FindIn(string folder, string part) => (
        from ending in Endings
        from separator in Separators
        let path = Path.Combine(folder, $"{part}-images{separator}idx3-ubyte{ending}")
        where File.Exists(path)
        select path).FirstOrDefault();

    /// <summary>Whether a file's (unpacked) first bytes are those of an IDX file.</summary>
    /// <exception cref="DataException">The file cannot be opened.</exception>
    public static bool IsIdx(string path)
    {
        using var file = OpenedFile.Open(path);
        var start = new byte[4];
        try
        {
            return file.Content.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start[0] == 0 && start[1] == 0 && start[3] is >= 1 and <= 8;
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: path, inner: error);
        }
    }

    /// <summary>Reads images and the labels that belong to them.</summary>
    /// <exception cref="DataException">A file is missing or damaged, or the counts differ.</exception>
    public static ImageSet ReadLabelled(string imagesPath)
    {
        var images = ReadImages(imagesPath);
        var labelsPath = LabelsOf(imagesPath);
        using var file = OpenedFile.Open(labelsPath);
        var labels = IdxReader.ReadLabels(file);
        return labels.Length == images.Count
            ? images with { Labels = labels }
            : throw new DataException(
                $"there are {labels.Length} labels and {images.Count} images", $"the labels of {imagesPath} are needed", labelsPath);
    }

    /// <summary>Reads images alone.</summary>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    public static ImageSet ReadImages(string path)
    {
        using var file = OpenedFile.Open(path);
        return IdxReader.ReadImages(file);
    }

    public static string LabelsOf(string imagesPath)
    {
        var name = Path.GetFileName(imagesPath);
        var labels = name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        if (labels == name)
            throw new DataException(
                "the labels file cannot be found by name", "call the files …images-idx3-ubyte and …labels-idx1-ubyte", imagesPath);
        var plain = labels.EndsWith(".gz", StringComparison.Ordinal) ? labels[..^3] : labels;
        var folder = Path.GetDirectoryName(imagesPath) ?? "";
        return Endings.Select(ending => Path.Combine(folder, plain + ending)).FirstOrDefault(File.Exists)
            ?? throw new DataException(
                "the labels file is missing", $"{Path.Combine(folder, plain)} or the same with .gz is needed", imagesPath);
    }
}
