using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>How much each class counts in the loss.</summary>
public sealed record ClassWeighting
{
    private ClassWeighting()
    {
    }

    /// <summary>Each class by the inverse of its share in the training samples.</summary>
    public static ClassWeighting Balanced { get; } = new();

    /// <summary>The weights of the named classes, above 0; the others have 1. Null for <see cref="Balanced"/>.</summary>
    public IReadOnlyDictionary<string, double>? ByLabel { get; private init; }

    /// <summary>Named classes with weights above 0; the others have 1.</summary>
    public static ClassWeighting Of(IReadOnlyDictionary<string, double> byLabel)
    {
        ArgumentNullException.ThrowIfNull(byLabel);
        return new ClassWeighting { ByLabel = byLabel };
    }

    /// <summary>One weight for each class.</summary>
    /// <exception cref="SettingException">A named class is not in the data.</exception>
    internal IReadOnlyList<double> For(DataShape data)
    {
        if (!data.IsClassification) throw new SettingException(Settings.ClassWeights, $"{Settings.ClassWeights} needs a classifier: a regression has no classes");
        if (ByLabel is not { } weights)
        {
            // n / (classes · count), as scikit-learn's "balanced": the weights' mean over the training samples is 1.
            var counts = data.CountLabels();
            return [.. counts.Select(c => (double)data.Training / ((double)data.Outputs * Math.Max(1, c)))];
        }
        foreach (var label in weights.Keys)
            if (!data.Labels.Contains(label))
                throw new SettingException(Settings.ClassWeights, $"{Settings.ClassWeights}: there is no class '{label}'{NearestName.Hint(label, data.Labels)} (classes: {Shortened(data.Labels)})");
        return [.. data.Labels.Select(l => weights.GetValueOrDefault(l, 1))];
    }

    private static string Shortened(IReadOnlyList<string> labels) =>
        string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? $", and {labels.Count - 10} more" : "");
}

/// <summary>"balanced", or LABEL=WEIGHT separated by commas; one with a comma stands in quotation marks.</summary>
internal sealed record ClassWeightsType : SettingType<ClassWeighting?>
{
    public override ClassWeighting Read(Setting setting, string text)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        if (text.Equals("balanced", StringComparison.OrdinalIgnoreCase)) return ClassWeighting.Balanced;
        foreach (var part in QuotedWords.Split(text))
        {
            var at = part.LastIndexOf('=');
            if (at < 1 || !RealType.TryRead(part[(at + 1)..], out var weight) || weight <= 0)
                throw Wrong(setting, $"'{part}' is not LABEL=WEIGHT with a weight above 0; expected that or 'balanced'");
            if (!weights.TryAdd(part[..at], weight)) throw Wrong(setting, $"the class '{part[..at]}' is given twice");
        }
        return ClassWeighting.Of(weights);
    }

    /// <summary>A program's labels may hold commas.</summary>
    public override ClassWeighting Accept(Setting setting, ClassWeighting? value)
    {
        if (value?.ByLabel is not { } weights) return ClassWeighting.Balanced;
        if (weights.Count == 0) setting.Read("");
        foreach (var (label, weight) in weights)
            if (!double.IsFinite(weight) || weight <= 0)
                throw Wrong(setting, string.Create(CultureInfo.InvariantCulture, $"'{label}={weight}' is not LABEL=WEIGHT with a weight above 0; expected that or 'balanced'"));
        return value;
    }

    public override string Write(ClassWeighting? value) => value?.ByLabel is not { } weights
        ? "balanced"
        : QuotedWords.Join(weights.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key}={entry.Value}")));
}
