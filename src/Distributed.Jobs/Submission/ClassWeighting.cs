namespace Distributed.Jobs.Submission;

/// <summary>How much each class counts in the loss.</summary>
/// <param name="Balanced">Each class by the inverse of its share in the training samples.</param>
/// <param name="ByLabel">Otherwise: the weights of the named classes; the others have 1.</param>
internal sealed record ClassWeighting(bool Balanced, IReadOnlyDictionary<string, double> ByLabel)
{
    /// <summary>One weight for each class.</summary>
    /// <exception cref="SettingException">A named class is not in the data.</exception>
    public IReadOnlyList<double> For(DataShape data)
    {
        if (!data.IsClassification) throw new SettingException(Settings.ClassWeights, $"{Settings.ClassWeights} needs a classifier: a regression has no classes");
        if (Balanced)
        {
            // n / (classes · count), as scikit-learn's "balanced": the weights' mean over the training samples is 1.
            var counts = data.CountLabels();
            return [.. counts.Select(c => (double)data.Training / ((double)data.Outputs * Math.Max(1, c)))];
        }
        foreach (var label in ByLabel.Keys)
            if (!data.Labels.Contains(label))
                throw new SettingException(Settings.ClassWeights, $"{Settings.ClassWeights}: there is no class '{label}'{NearestName.Hint(label, data.Labels)} (classes: {Shortened(data.Labels)})");
        return [.. data.Labels.Select(l => ByLabel.GetValueOrDefault(l, 1))];
    }

    private static string Shortened(IReadOnlyList<string> labels) =>
        string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? $", and {labels.Count - 10} more" : "");
}

/// <summary>"balanced", or LABEL=WEIGHT separated by commas.</summary>
internal sealed record ClassWeightsType : SettingType<ClassWeighting?>
{
    public override ClassWeighting Read(Setting setting, string text)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        if (text.Equals("balanced", StringComparison.OrdinalIgnoreCase)) return new ClassWeighting(true, weights);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = part.LastIndexOf('=');
            if (at < 1 || !RealType.TryRead(part[(at + 1)..], out var weight) || weight <= 0)
                throw Wrong(setting, $"'{part}' is not LABEL=WEIGHT with a weight above 0; 'balanced' would be right too");
            if (!weights.TryAdd(part[..at], weight)) throw Wrong(setting, $"the class '{part[..at]}' stands twice");
        }
        return new ClassWeighting(false, weights);
    }
}
