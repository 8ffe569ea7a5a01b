using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Jobs.Submission;

/// <summary>How the settings say that a table is written.</summary>
internal static class TableWriting
{
    /// <summary>The settings that rows to predict or to evaluate may have of their own.</summary>
    public static IReadOnlyList<Setting> OfAnyFile { get; } = [Settings.Missing, Settings.Delimiter, Settings.Decimal, Settings.Encoding, Settings.NoHeader, Settings.Sheet];

    /// <summary>Those that mean nothing for rows in memory.</summary>
    public static IReadOnlyList<Setting> OfText { get; } = [Settings.Delimiter, Settings.Encoding, Settings.NoHeader, Settings.Sheet];

    /// <summary>The first version of the rules that know them.</summary>
    private const int FirstRules = 3;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. OfAnyFile, Settings.Column];

    /// <summary>The format, as given or as before.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="before">What was known; null for nothing.</param>
    public static TableFormat? Of(GivenSettings given, TableFormat? before) => !All.Any(given.Has) ? before : new TableFormat
    {
        Missing = given.Get(Settings.Missing) ?? before?.Missing,
        Columns = given.Get(Settings.Column) ?? before?.Columns,
        Delimiter = given.Get(Settings.Delimiter) ?? before?.Delimiter,
        Decimal = given.Get(Settings.Decimal) ?? before?.Decimal,
        Encoding = given.Get(Settings.Encoding) ?? before?.Encoding,
        Sheet = given.Get(Settings.Sheet) ?? before?.Sheet,
        NoHeader = given.Has(Settings.NoHeader) ? given.Get(Settings.NoHeader) == true ? true : null : before?.NoHeader,
    };

    /// <summary>How a table to predict or to evaluate is written: as given, or as the one of the training.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="encoding">The model's.</param>
    /// <exception cref="SettingException">The model reads tables by older rules.</exception>
    public static TableFormat? Of(GivenSettings given, FeatureEncoding encoding)
    {
        if (encoding.Image is null && (encoding.Rules ?? 1) < FirstRules && OfAnyFile.FirstOrDefault(given.Has) is { } setting)
            throw new SettingException(setting, $"{setting}: the model reads tables by rules of an earlier release, which do not know it");
        return Of(given, encoding.Format);
    }

    /// <summary>Checks that a source is read by rules that know the settings.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="source">What they made.</param>
    /// <exception cref="SettingException">Another job's data is read by older rules.</exception>
    public static void Check(GivenSettings given, DataSettings source)
    {
        if ((source.Rules ?? 1) < FirstRules && All.Concat([Settings.Group, Settings.Order, Settings.Weight]).FirstOrDefault(given.Has) is { } setting)
            throw new SettingException(setting, $"{setting}: the other job reads its data by rules of an earlier release, which do not know it; {Settings.Data} reads a file anew");
    }
}
