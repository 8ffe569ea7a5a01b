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
    /// <exception cref="DataException">The data cannot be used.</exception>
    public static EncodedDataSet Load(
        RawTable table, ColumnChoice choice, RawTable? separate, double fraction, DataSettings settings, DataRules rules)
    {
        var target = table.Find(choice.Target)!;
        var notes = choice.Notes.Select(note => new DataNote(note)).ToList();
        var suggested = settings.Task is { } given ? new SuggestedTask(given, null) : rules.Labels.Suggest(target);
        if (suggested.Note is { } why)
            notes.Add(new DataNote(why, suggested.Task == TaskKind.Classify ? TaskKind.Regress : TaskKind.Classify));
        var remarks = new List<string>();
        var targetEncoding = suggested.Task == TaskKind.Classify ? rules.Labels.Classes(table, target, remarks) : null;
        var labels = targetEncoding is null ? [] : TargetFit.Labels(table, target, targetEncoding, rules.Labels);
        var (training, validation) = Split(table, target, labels, targetEncoding, separate is null ? fraction : 0, settings.Seed);
        targetEncoding ??= TargetFit.Value(table, target, training);

        var fit = new ColumnFit(table, training, settings.Text);
        var encoding = new FeatureEncoding { Rules = rules.Version > 1 ? rules.Version : null, Columns = fit.Fit(target), Target = targetEncoding };
        var learned = Encode(table, target, encoding, training, labels);
        var held = separate is not null ? Encode(separate, encoding)
            : validation.Length > 0 ? Encode(table, target, encoding, validation, labels)
            : null;
        return new EncodedDataSet
        {
            Name = settings.Source,
            Training = learned,
            Validation = held,
            Encoding = encoding,
            Sha256 = SampleHash.Compute(learned, held),
            Notes = [.. notes, .. remarks.Concat(fit.Notes).Select(note => new DataNote(note))],
        };
    }

    /// <summary>Encodes all rows of a table, with their targets, as an encoding says.</summary>
    /// <exception cref="DataException">A column is missing, or a cell does not fit.</exception>
    public static EncodedSamples Encode(RawTable table, FeatureEncoding encoding)
    {
        var target = table.Find(encoding.Target.Name)
            ?? throw new DataException(
                "the file lacks the target column", "its columns are " + RawTable.List(table.Names), table.File, 1, encoding.Target.Name);
        var labels = encoding.Task == TaskKind.Classify ? TargetFit.Labels(table, target, encoding.Target, DataRules.Of(encoding.Rules).Labels) : [];
        return Encode(table, target, encoding, [.. Enumerable.Range(0, table.Rows)], labels);
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
        return EncodedSamples.Regression(encoding.Inputs, 1, features, TableRows.Encode(table, [value], rows));
    }

    private static (int[] Training, int[] Validation) Split(
        RawTable table, RawColumn target, int[] labels, TargetEncoding? classes, double fraction, ulong seed)
    {
        if (fraction == 0)
            return ([.. Enumerable.Range(0, table.Rows)], []);
        if (table.Rows < 2)
            throw new DataException(
                "the table has one row", "at least 2 are needed, one to learn from and one to validate with", table.File);
        if (classes is null)
            return SampleSplit.Plain(table.Rows, fraction, seed);

        var counts = new int[classes.Classes.Count];
        foreach (var label in labels)
            counts[label]++;
        var once = Array.IndexOf(counts, 1);
        if (once >= 0)
            throw table.Error(
                $"class {CellNumber.Quoted(classes.Classes[once])} is seen once",
                "a class needs at least 2 rows, one to learn from and one to validate with: correct the label, remove the row, or validate with a separate file",
                Array.IndexOf(labels, once), target.Name);
        return SampleSplit.Stratified(labels, classes.Classes.Count, fraction, seed);
    }
}
