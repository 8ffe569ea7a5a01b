using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>What an encoding that comes from outside (a model file) must fulfil before anything is computed with it.</summary>
internal static class EncodingRules
{
    /// <summary>The error in an encoding; null when it is valid.</summary>
    public static string? Check(FeatureEncoding encoding)
    {
        if (encoding.Target is null || encoding.Columns is null)
            return "the encoding lacks its target or columns";
        if (DataRules.Find(encoding.Rules) is not { } rules)
            return DataRules.Unknown(encoding.Rules);
        if (encoding.Image is null == (encoding.Columns.Count == 0))
            return "the encoding needs either an image or columns";
        if (encoding.Columns.Count > DataLimits.Columns)
            return $"the encoding has more than {DataLimits.Columns} columns";
        return CheckImage(encoding.Image) ?? CheckColumns(encoding.Columns) ?? CheckTarget(encoding.Target, rules.Labels);
    }

    private static string? CheckImage(ImageEncoding? image)
    {
        if (image is null)
            return null;
        if (image.Height < 1 || image.Width < 1 || (long)image.Height * image.Width > DataLimits.Inputs)
            return $"images of {image.Height} × {image.Width} pixels cannot be encoded";
        if (image.Brightest is < 1 or > byte.MaxValue)
            return $"the brightest pixel is {image.Brightest}; 1 to 255 is right";
        return IsStandard(image.Mean, image.Scale) && float.IsNormal(image.Scale)
            ? null
            : "the image's mean and scale must be finite, and the scale above 0";
    }

    private static string? CheckColumns(IReadOnlyList<ColumnEncoding> columns)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var inputs = 0L;
        foreach (var column in columns)
        {
            if (column?.Name is null || column.Categories is null)
                return "a column of the encoding is incomplete";
            var name = CellNumber.Quoted(column.Name);
            if (!names.Add(column.Name))
                return $"the column {name} is there twice";
            if (!Enum.IsDefined(column.Kind))
                return $"the column {name} has an unknown kind";
            if (column.Kind != ColumnKind.Text && !IsStandard(column.Mean, column.Scale))
                return $"the mean and scale of column {name} must be finite, and the scale above 0";
            if (column.Kind == ColumnKind.Text && (column.Categories.Count == 0 || !AreDistinct(column.Categories)))
                return $"the categories of column {name} must be different texts";
            if (ToleranceRules.Check(column) is { } wrong)
                return $"the column {name} {wrong}";
            inputs += column.Inputs;
        }

        return inputs > DataLimits.Inputs ? $"the encoding makes more than {DataLimits.Inputs} inputs" : null;
    }

    private static string? CheckTarget(TargetEncoding target, ILabelRules labels)
    {
        if (target.Name is null || target.Classes is null)
            return "the target of the encoding is incomplete";
        if (target.Task == TaskKind.Classify)
            return target.Classes.Count >= 2 && target.Classes.All(name => name is not null) && labels.AreDistinct(target.Classes) ? null : "a classifier needs at least two classes of different names";
        if (target.Task != TaskKind.Regress)
            return "the task is unknown";
        if (target.Classes.Count > 0)
            return "a regression has no classes";
        return IsStandard(target.Mean, target.Scale) ? null : "the target's mean and scale must be finite, and the scale above 0";
    }

    private static bool IsStandard(double mean, double scale) => double.IsFinite(mean) && double.IsFinite(scale) && scale > 0;

    private static bool AreDistinct(IReadOnlyList<string> texts) =>
        texts.All(text => text is not null) && texts.Distinct(StringComparer.Ordinal).Count() == texts.Count;
}
