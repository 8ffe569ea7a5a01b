using System.Text.Json.Serialization;

namespace Distributed.Models;

/// <summary>
/// Temperature scaling (C. Guo et al., 2017): a classifier's output sums are divided by one number before they become probabilities, chosen on
/// samples that it did not learn from. It touches no trained weight and changes which class is the most probable only where two are equal but for
/// rounding.
/// </summary>
/// <param name="Temperature">Above 1: the network was too sure of itself; below 1: not sure enough.</param>
/// <param name="Samples">How many samples chose it.</param>
public sealed record ModelCalibration(double Temperature, long Samples)
{
    /// <summary>What the sums are multiplied by.</summary>
    [JsonIgnore]
    internal float Factor => (float)(1 / Temperature);

    /// <summary>Why it cannot be used; null when it can.</summary>
    internal string? Validate() => Temperature is >= TemperatureFit.Least and <= TemperatureFit.Most ? null : $"the temperature {Temperature} is outside {TemperatureFit.Least} to {TemperatureFit.Most}";
}
