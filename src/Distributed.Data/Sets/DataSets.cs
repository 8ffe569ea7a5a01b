using Distributed.Data.BuiltIn;
using Distributed.Data.Compressed;
using Distributed.Data.Encodings;
using Distributed.Data.Fitting;
using Distributed.Data.Images;
using Distributed.Data.Rows;
using Distributed.Data.Samples;
using Distributed.Data.Tables;

namespace Distributed.Data.Sets;

/// <summary>Reads data sets: built in, tables, images.</summary>
public static class DataSets
{
    /// <summary>The default share of validation samples.</summary>
    public const double DefaultValidationFraction = 0.2;

    /// <summary>The source that stands for standard input.</summary>
    public const string StandardInput = Spool.StandardInput;

    /// <summary>The names of the built-in data sets.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } = ["digits", "buyers", "diabetes"];

    /// <summary>Reads, splits and encodes a data set. The same settings and bytes always give the same samples.</summary>
    /// <param name="settings">Which data, and how to read it.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="DataException">The data cannot be used; the message names the place, the error and the remedy.</exception>
    public static EncodedDataSet Load(DataSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return BuiltInNames.Contains(settings.Source)
            ? LoadKept(settings)
            : Spool.Through(settings.Source, path => LoadKept(settings with { Source = path }).Called(settings.Source));
    }

    private static EncodedDataSet LoadKept(DataSettings settings)
    {
        var rules = DataRules.Of(settings.Rules, settings.Source);
        var path = settings.Source;
        if (string.IsNullOrWhiteSpace(path))
            throw new DataException("no data is named", "give a file, a folder of IDX images, or one of " + Named(BuiltInNames));
        if (path == "digits")
            return LoadImages(settings, BuiltInData.Digits(), BuiltInData.DigitsBrightest, null);
        if (BuiltInNames.Contains(path))
            return LoadTable(settings, rules);
        if (rules.Surveys && TableFiles.Matches(path))
            return LoadTable(settings, rules);
        RequireExists(path);
        if (Directory.Exists(path))
        {
            var images = ImageFiles.FindIn(path, "train") ?? throw LacksImages(path);
            return LoadImages(settings, ImageFiles.ReadLabelled(images), ImageFiles.Brightest, ImageFiles.FindIn(path, "t10k"));
        }

        return ImageFiles.IsIdx(path)
            ? LoadImages(settings, ImageFiles.ReadLabelled(path), ImageFiles.Brightest, null)
            : LoadTable(settings, rules);
    }

    /// <summary>Splits and encodes a table in memory: the same samples as of a CSV file with the same values.</summary>
    /// <param name="settings">How to read it; the source is what the data set is called.</param>
    /// <param name="table">The table.</param>
    /// <param name="validation">The rows to validate with; null: as the settings say.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="DataException">The data cannot be used; a line is a row's number, from 1.</exception>
    public static EncodedDataSet Load(DataSettings settings, MemoryTable table, MemoryTable? validation = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(table);
        var rules = DataRules.Of(settings.Rules, settings.Source);
        if (validation is not null)
            settings = settings with { Validation = validation.Name };
        return LoadTable(settings, rules, table, validation);
    }

    /// <summary>Splits and encodes a file that was parsed already: the same samples as of <see cref="Load(DataSettings)"/>, without parsing it again.</summary>
    /// <param name="settings">How to read it; the source is where the file is.</param>
    /// <param name="parsed">The file's table.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static EncodedDataSet Load(DataSettings settings, ParsedTable parsed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.IsReadBy(settings) ? LoadTable(settings, DataRules.Of(settings.Rules, settings.Source), parsed.At(settings.Source)) : Load(settings);
    }

    /// <summary>
    /// Reads all samples of a source, with their targets, as a model's encoding says: for an evaluation. Of a folder of IDX files the
    /// test part (<c>t10k</c>) is taken if there is one.
    /// </summary>
    /// <param name="source">As <see cref="DataSettings.Source"/>.</param>
    /// <param name="encoding">The model's encoding.</param>
    /// <returns>The samples in the source's order.</returns>
    /// <exception cref="DataException">The source cannot be read or does not fit the model.</exception>
    public static ISampleSource LoadSamples(string source, FeatureEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return Kept<ISampleSource>(source, path => OpenImages(path, encoding, labelled: true) is { } images
            ? ImageData.Encode(images, encoding)
            : TableEncoder.Encode(ReadTable(path, encoding, withTarget: true), encoding));
    }

    /// <summary>Reads the inputs of all rows of a source as a model's encoding says: for a prediction. No target is needed.</summary>
    /// <param name="source">As <see cref="DataSettings.Source"/>; of a folder the test part, as in <see cref="LoadSamples"/>.</param>
    /// <param name="encoding">The model's encoding.</param>
    /// <returns>The inputs in the source's order.</returns>
    /// <exception cref="DataException">The source cannot be read or does not fit the model.</exception>
    public static EncodedInputs LoadInputs(string source, FeatureEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return Kept(source, path => LoadKeptInputs(path, encoding));
    }

    private static EncodedInputs LoadKeptInputs(string source, FeatureEncoding encoding)
    {
        if (OpenImages(source, encoding, labelled: false) is { } images)
        {
            ImageData.CheckShape(images, encoding);
            return new EncodedInputs(images.Count, encoding.Image!, images.Pixels);
        }

        var table = ReadTable(source, encoding, withTarget: false);
        return new EncodedInputs(
            table.Rows, encoding.Inputs, TableRows.Encode(table, encoding.TableColumns, [.. Enumerable.Range(0, table.Rows)], encoding.IsStrict));
    }

    /// <summary>The files of images and labels of a folder or an images file.</summary>
    /// <param name="path">A folder with IDX files, or an IDX images file beside its labels.</param>
    /// <returns>Each file with its part: train-images, train-labels, t10k-images or t10k-labels; empty when the path is a table.</returns>
    /// <exception cref="DataException">The folder holds no images to train on, or labels are missing.</exception>
    public static IReadOnlyList<(string Part, string File)> ImageParts(string path)
    {
        RequireExists(path);
        if (!Directory.Exists(path))
            return ImageFiles.IsIdx(path) ? [("train-images", path), ("train-labels", ImageFiles.LabelsOf(path))] : [];
        var parts = new List<(string, string)>();
        foreach (var part in new[] { "train", "t10k" })
        {
            if (ImageFiles.FindIn(path, part) is { } images)
                parts.AddRange([($"{part}-images", images), ($"{part}-labels", ImageFiles.LabelsOf(images))]);
            else if (part == "train")
                throw LacksImages(path);
        }

        return parts;
    }

    private static EncodedDataSet LoadImages(DataSettings settings, ImageSet images, int brightest, string? testPart)
    {
        if (settings.Task == TaskKind.Regress)
            throw new DataException("images with labels are for the task classify", "choose classify, or give a table", images.File);
        if (settings.Target is not null || settings.Group is not null || settings.Order is not null || settings.Weight is not null
            || settings.Ignore.Count > 0 || settings.Text.Count > 0 || settings.Format is not null)
            throw new DataException("images have no columns to choose", "leave out the target and the columns to ignore", images.File);
        var fraction = DefaultValidationFraction;
        var separate = settings.Validation is { } text && !SampleSplit.TryFraction(text, out fraction) ? text
            : settings.Validation is null ? testPart
            : null;
        return separate is null
            ? ImageData.Split(settings.Source, images, brightest, fraction, settings.Seed)
            : ImageData.Pair(settings.Source, images, ImageFiles.ReadLabelled(separate), brightest);
    }

    private static EncodedDataSet LoadTable(DataSettings settings, DataRules rules, ITableSource? rows = null, ITableSource? validation = null)
    {
        var choice = new ColumnChoice(settings, rules.Header);
        var notes = new List<DataNote>();
        var table = rules.Surveys
            ? SurveyedTables.ToLearn(settings, rows, choice, rules.Header, notes)
            : choice.Complete(rows?.Read(new CsvPlan(rows.Name, rules.Header, choice.Select)) ?? ReadTable(settings.Source, rules.Header, choice.Select));
        var fraction = DefaultValidationFraction;
        var separate = settings.Validation is { } text && !SampleSplit.TryFraction(text, out fraction)
            ? SeparateTable(text, validation, choice, rules, settings.Weight is { } weight ? (weight, table.Find(weight)!.Reading) : null)
            : null;
        return TableEncoder.Load(table, choice, separate, fraction, settings, rules, notes);
    }

    /// <summary>The rows to validate with, once the encoding of those to learn from is known.</summary>
    private static Func<FeatureEncoding, RawTable> SeparateTable(
        string name, ITableSource? rows, ColumnChoice choice, DataRules rules, (string Name, ICellReading Reading)? weight)
    {
        if (!rules.Surveys)
        {
            var table = rows?.Read(new CsvPlan(rows.Name, rules.Header, choice.SelectAgain)) ?? ReadTable(name, rules.Header, choice.SelectAgain);
            return _ => table;
        }

        if (rows is null && !BuiltInNames.Contains(name) && !TableFiles.Matches(name))
            RequireExists(name);
        return encoding => SurveyedTables.ToEncode(name, rows, encoding, withTarget: true, weight);
    }

    private static RawTable ReadTable(string source, FeatureEncoding encoding, bool withTarget)
    {
        if (DataRules.Of(encoding.Rules).Surveys && encoding.Image is null)
        {
            if (!BuiltInNames.Contains(source) && !TableFiles.Matches(source))
                RequireExists(source);
            return SurveyedTables.ToEncode(source, null, encoding, withTarget);
        }

        var wanted = encoding.TableColumns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        if (withTarget)
            wanted.Add(encoding.Target.Name);
        return ReadTable(source, DataRules.Of(encoding.Rules).Header, names => [.. names.Select(wanted.Contains)]);
    }

    private static RawTable ReadTable(string source, IHeaderRules header, Func<IReadOnlyList<string>, IReadOnlyList<bool>> select)
    {
        if (BuiltInData.Table(source, select) is { } builtIn)
            return builtIn;
        RequireExists(source);
        using var file = OpenedFile.Open(source);
        return CsvTableReader.Read(file, header, select);
    }

    private static T Kept<T>(string source, Func<string, T> read) => BuiltInNames.Contains(source) ? read(source) : Spool.Through(source, read);

    /// <summary>The images of a source; null when it is a table.</summary>
    private static ImageSet? OpenImages(string source, FeatureEncoding encoding, bool labelled)
    {
        if (source == "digits")
            return BuiltInData.Digits();
        if (BuiltInNames.Contains(source) || (encoding.Image is null && TableFiles.Matches(source)))
            return null;
        RequireExists(source);
        var path = source;
        if (Directory.Exists(source))
            path = ImageFiles.FindIn(source, "t10k") ?? ImageFiles.FindIn(source, "train") ?? throw LacksImages(source);
        else if (!ImageFiles.IsIdx(source))
            return null;
        if (encoding.Image is null)
            throw new DataException("these are images", "the model was trained on the columns of a table", path);
        return labelled ? ImageFiles.ReadLabelled(path) : ImageFiles.ReadImages(path);
    }

    /// <summary>Whether a source is read as a table: standard input, a file that holds no images, or a pattern that matches files.</summary>
    /// <param name="source">As <see cref="DataSettings.Source"/>.</param>
    public static bool IsTable(string source) =>
        source == StandardInput || TableFiles.Matches(source) || (File.Exists(source) && !ImageFiles.IsIdx(source));

    private static void RequireExists(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new DataException(
                "there is no such file, folder or built-in data set", "built in are " + Named(BuiltInNames), path);
    }

    private static DataException LacksImages(string folder) => new(
        "the folder holds no IDX images", "train-images-idx3-ubyte and train-labels-idx1-ubyte are needed (also with .gz); for a table name its file",
        folder);

    private static string Named(IReadOnlyList<string> names) => string.Join(", ", names);
}
