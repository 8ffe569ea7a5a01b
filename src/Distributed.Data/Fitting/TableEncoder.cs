using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>
/// Turns a table into a data set: decides the task, splits the rows, fits the columns on the training rows and encodes both parts.
/// </summary>
/// <remarks>
/// <para>
/// Columns: numeric when more cells read as numbers than as text, and then each cell has to be one; standardised with the training
/// rows' mean and standard deviation. Otherwise text, one-hot; its categories are those of the whole table, so that a rare one on
/// the validation side is no error. A column that does not vary over the training rows is left out, with a note.
/// </para>
/// <para>
/// Classes: the labels of the whole table, distinguished by <see cref="ILabelRules"/>, which also suggest the default task. A class
/// that is seen once is an error when rows are held back for validation.
/// </para>
/// </remarks>
internal static class TableEncoder
{
    /// <summary>Encodes a table that is split by a fraction (0: no validation), or together with a separate validation table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="choice">Its columns.</param>
    /// <param name="separate">Reads the separate table as the encoding says; null for none.</param>
    /// <param name="fraction">The validation part.</param>
    /// <param name="settings">What was asked for.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="read">Remarks of the reading.</param>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static EncodedDataSet Load(
        RawTable table, ColumnChoice choice, Func<FeatureEncoding, RawTable>? separate, double fraction, DataSettings settings, DataRules rules,
        IReadOnlyList<DataNote> read)
    {
        var notes = new List<DataNote>([.. read, .. choice.Notes]);
        if (rules.Surveys)
            table = TargetRows.Present(table, table.Find(choice.Target)!, new MissingMarks(settings.Format?.Missing), null, notes);
        table = RowWeights.Present(table, settings, notes);
        var target = table.Find(choice.Target)!;
        var suggested = settings.Task is { } given ? new SuggestedTask(given, null) : rules.Labels.Suggest(target);
        if (suggested.Note is { } why)
            notes.Add(DataNote.OfTask(why, suggested.Task));
        var targetEncoding = suggested.Task == TaskKind.Classify ? rules.Labels.Classes(table, target, notes) : null;
        var labels = targetEncoding is null ? [] : TargetFit.Labels(table, target, targetEncoding, rules.Labels);
        var (training, validation) = Split(table, target, labels, targetEncoding, separate is null ? fraction : 0, settings, rules, notes);
        if (separate is null && fraction > 0 && validation.Length == 0)
            notes.Add(new DataNote("no row is held back for validation, because each class has one row"));
        targetEncoding ??= TargetFit.Value(table, target, training);
        var (weighed, mean) = (table, RowWeights.Mean(table, settings, training));
        table = ColumnSplit.WithoutSplitters(table, settings);
        var encoding = new FeatureEncoding
        {
            Rules = rules.Version > 1 ? rules.Version : null,
            Format = rules.Surveys ? settings.Format : null,
            Columns = rules.Surveys
                ? FitAny(table, target, training, [.. settings.Text, .. settings.Format?.Columns?.Keys ?? []], rules.Logarithms, notes)
                : Fit(table, target, training, settings.Text, notes),
            Target = targetEncoding,
        };
        EncodedSamples Part(int[] rows) => RowWeights.Weigh(Encode(table, target, encoding, rows, labels), weighed, settings, rows, mean);
        var learned = Part(training);
        var held = separate is not null ? EncodeSeparate(separate(encoding), encoding, settings, mean)
            : validation.Length > 0 ? Part(validation)
            : null;
        return new EncodedDataSet
        {
            Name = settings.Source,
            Training = learned,
            Validation = held,
            Encoding = encoding,
            Sha256 = SampleHash.Compute(learned, held),
            Notes = notes,
        };
    }

    /// <summary>Encodes all rows of a table, with their targets, as an encoding says.</summary>
    /// <exception cref="DataException">A column is missing, or a cell does not fit.</exception>
    public static EncodedSamples Encode(RawTable table, FeatureEncoding encoding) => EncodeAll(WithTargets(table, encoding), encoding);

    private static EncodedSamples EncodeSeparate(RawTable table, FeatureEncoding encoding, DataSettings settings, double meanWeight)
    {
        table = RowWeights.Present(WithTargets(table, encoding), settings, []);
        return RowWeights.Weigh(EncodeAll(table, encoding), table, settings, [.. Enumerable.Range(0, table.Rows)], meanWeight);
    }

    private static RawTable WithTargets(RawTable table, FeatureEncoding encoding) =>
        DataRules.Of(encoding.Rules).Surveys && table.Find(encoding.Target.Name) is { } target
            ? TargetRows.Present(table, target, new MissingMarks(encoding.Format?.Missing), encoding.Target.Classes, [])
            : table;

    private static EncodedSamples EncodeAll(RawTable table, FeatureEncoding encoding)
    {
        var rules = DataRules.Of(encoding.Rules);
        var target = table.Find(encoding.Target.Name)
            ?? throw new DataException(
                "the file lacks the target column", "its columns are " + RawTable.List(table.Names), table.File, 1, encoding.Target.Name);
        var labels = encoding.Task == TaskKind.Classify ? TargetFit.Labels(table, target, encoding.Target, rules.Labels) : [];
        return Encode(table, target, encoding, [.. Enumerable.Range(0, table.Rows)], labels);
    }

    private static IReadOnlyList<ColumnEncoding> Fit(
        RawTable table, RawColumn target, int[] training, IReadOnlyList<string> asText, List<DataNote> notes)
    {
        var fit = new ColumnFit(table, training, asText);
        var columns = fit.Fit(target);
        notes.AddRange(fit.Notes);
        return columns;
    }

    private static IReadOnlyList<ColumnEncoding> FitAny(
        RawTable table, RawColumn target, int[] training, string[] named, bool logarithms, List<DataNote> notes)
    {
        var fit = new TolerantFit(table, training, named, logarithms);
        var columns = fit.Fit(target);
        notes.AddRange(fit.Notes);
        return columns;
    }

    private static EncodedSamples Encode(RawTable table, RawColumn target, FeatureEncoding encoding, int[] rows, int[] labels)
    {
        var features = TableRows.Encode(table, encoding.TableColumns, rows);
        if (encoding.Task == TaskKind.Classify)
            return EncodedSamples.Classification(encoding.Inputs, encoding.Outputs, features, Array.ConvertAll(rows, row => labels[row]));
        var value = new ColumnEncoding
        {
            Name = target.Name,
            Kind = ColumnKind.Number,
            Mean = encoding.Target.Mean,
            Scale = encoding.Target.Scale,
        };
        if (DataRules.Of(encoding.Rules).Surveys)
            return EncodedSamples.Regression(encoding.Inputs, 1, features, TargetFit.Values(target, encoding.Target, rows));
        return EncodedSamples.Regression(encoding.Inputs, 1, features, TableRows.Encode(table, [value], rows));
    }

    private static (int[] Training, int[] Validation) Split(
        RawTable table, RawColumn target, int[] labels, TargetEncoding? classes, double fraction, DataSettings settings, DataRules rules,
        List<DataNote> notes)
    {
        if (fraction == 0)
            return ([.. Enumerable.Range(0, table.Rows)], []);
        if (table.Rows < 2)
            throw new DataException(
                "the table has one row", "at least 2 are needed, one to learn from and one to validate with", table.File);
        if (ColumnSplit.Of(table, settings, fraction, notes) is { } parts)
        {
            if (classes is null)
                return parts;
            notes.AddRange(((DataNote?[])[
                ColumnSplit.Missing(classes.Classes, labels, parts.Training, "on the training side, so that they are never answered"),
                ColumnSplit.Missing(classes.Classes, labels, parts.Validation, "on the validation side")]).OfType<DataNote>());
            return parts;
        }

        if (classes is null)
            return SampleSplit.Plain(table.Rows, fraction, settings.Seed);

        var counts = new int[classes.Classes.Count];
        foreach (var label in labels)
            counts[label]++;
        var once = Array.IndexOf(counts, 1);
        if (rules.Surveys)
        {
            if (once >= 0)
                notes.Add(new DataNote(
                    $"classes that one row has stay on the training side and are not validated: {RawTable.List(classes.Classes.Where((_, c) => counts[c] == 1))}"));
            var few = classes.Classes.Where((_, c) => counts[c] > 1 && counts[c] * fraction < 1).ToArray();
            if (few.Length > 0)
                notes.Add(new DataNote($"classes of few rows have one of them on the validation side: {RawTable.List(few)}"));
            return SampleSplit.Stratified(labels, classes.Classes.Count, fraction, settings.Seed, least: 1);
        }

        if (once >= 0)
            throw table.Error(
                $"class {CellNumber.Quoted(classes.Classes[once])} is seen once",
                "a class needs at least 2 rows, one to learn from and one to validate with: correct the label, remove the row, or validate with a separate file",
                Array.IndexOf(labels, once), target.Name);
        return SampleSplit.Stratified(labels, classes.Classes.Count, fraction, settings.Seed);
    }
}
