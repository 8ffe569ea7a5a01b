using System.Globalization;
using System.Reflection;
using Distributed.Jobs.Submission;
using Distributed.Jobs.Training;
using Distributed.Tests;

namespace Distributed.Jobs.Tests.Training;

/// <summary>The sentence that flag, job file and HTTP body say of a wrong value is the library's too, after the property's name.</summary>
public sealed class WrongPropertyTests
{
    private static readonly string[] NotOfTheLibrary = ["out"]; // results are saved by the program

    public static TheoryData<string, string, string> Expressible
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var (setting, value, sentence) in WrongSettings.All)
                if (Find(setting) is { } property && Value(property.PropertyType, value) is not null) cases.Add(setting, value, sentence);
            return cases;
        }
    }

    [Fact]
    public void Every_setting_is_a_property()
    {
        Assert.Equal(NotOfTheLibrary, WrongSettings.All.Select(entry => entry.Setting).Where(setting => Find(setting) is null));
        var known = Settings.All.Select(setting => TrainingSettingException.PropertyOf(setting)).Append(nameof(TrainingRunSettings.StopEarly));
        Assert.Equal([], typeof(TrainingSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Except(known));
        Assert.True(Expressible.Count >= 28, $"only {Expressible.Count} wrong values have the property's type");
    }

    [Theory]
    [MemberData(nameof(Expressible))]
    public async Task A_property_says_the_same_of_a_wrong_value(string setting, string value, string sentence)
    {
        var property = Find(setting)!;
        var settings = new TrainingSettings();
        property.SetValue(settings, Value(property.PropertyType, value));

        var error = await Assert.ThrowsAsync<TrainingSettingException>(() => Trainer.TrainAsync(settings));

        Assert.Equal((property.Name, property.Name + sentence), (error.Property, error.Message));
    }

    [Fact]
    public async Task A_choice_that_is_none_is_refused()
    {
        var error = await Assert.ThrowsAsync<TrainingSettingException>(() => Trainer.TrainAsync(new TrainingSettings { Optimizer = (Learning.Optimization.OptimizerKind)99 }));
        Assert.Equal("Optimizer: '99' is unknown (one of sgd, momentum, nesterov, adam, adamw)", error.Message);
    }

    private static PropertyInfo? Find(string setting)
    {
        var member = WrongSettings.MemberOf(setting);
        return typeof(TrainingSettings).GetProperty(char.ToUpperInvariant(member[0]) + member[1..]);
    }

    /// <summary>The value in the property's type; null where it cannot be expressed in it.</summary>
    private static object? Value(Type type, string value)
    {
        if (type == typeof(string)) return value;
        if (type == typeof(TrainingData)) return TrainingData.FromFile(value);
        if (type == typeof(IReadOnlyList<string>)) return new[] { value };
        if (type == typeof(IReadOnlyList<int>)) return value.Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        if (type == typeof(int?)) return int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (type == typeof(double?)) return double.TryParse(value, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
        if (type != typeof(ClassWeighting)) return null;
        var parts = value.Split('=');
        return ClassWeighting.Of(new Dictionary<string, double> { [parts[0]] = double.Parse(parts[1], CultureInfo.InvariantCulture) });
    }
}
