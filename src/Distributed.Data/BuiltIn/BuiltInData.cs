using Distributed.Data.Compressed;
using Distributed.Data.Encodings;
using Distributed.Data.Images;
using Distributed.Data.Tables;

namespace Distributed.Data.BuiltIn;

/// <summary>The data sets that need no download; sources and licences are in NOTICE.md beside this file.</summary>
internal static class BuiltInData
{
    /// <summary>The largest pixel value of <see cref="Digits"/>: black pixels counted in a field of 4 × 4.</summary>
    public const int DigitsBrightest = 16;

    /// <summary>1,797 handwritten digits of 8 × 8 pixels.</summary>
    public static ImageSet Digits()
    {
        using var images = OpenedFile.OpenBuiltIn("digits-images-idx3-ubyte.gz");
        using var labels = OpenedFile.OpenBuiltIn("digits-labels-idx1-ubyte.gz");
        return IdxReader.ReadImages(images) with { File = "digits", Labels = IdxReader.ReadLabels(labels) };
    }

    /// <summary>The table of a built-in name; null when it is not one.</summary>
    public static RawTable? Table(string name, Func<IReadOnlyList<string>, IReadOnlyList<bool>> select)
    {
        switch (name)
        {
            case "diabetes":
                using (var file = OpenedFile.OpenBuiltIn("diabetes.csv"))
                    return CsvTableReader.Read(file, DataRules.Newest.Header, select) with { File = name };
            case "buyers":
                var all = BuyersGenerator.Generate(BuyersGenerator.BuiltInSeed, BuyersGenerator.BuiltInRows);
                var selected = select(all.Names);
                return all with { Columns = [.. all.Columns.Where((_, i) => selected[i])] };
            default:
                return null;
        }
    }
}
