using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Tests.Submission;

/// <summary>A setting's description decides what a value may be; its errors name settings only by reference.</summary>
public sealed class SettingTests
{
    [Fact]
    public void An_error_says_every_setting_in_the_words_of_the_door()
    {
        var given = Given((Settings.TargetAccuracy, "0.9"), (Settings.Validation, "0"));
        var error = Assert.Throws<SettingException>(() => JobResolution.Check(given));
        Assert.Same(Settings.TargetAccuracy, error.Setting);
        Assert.Equal("--target-accuracy needs a validation set: give --validation a share above 0 or a file, or use --target-loss", error.Say(setting => setting.Flag));
        Assert.Equal("'targetAccuracy' needs a validation set: give 'validation' a share above 0 or a file, or use 'targetLoss'", error.Say(setting => $"'{setting.Member}'"));
    }

    [Fact]
    public void A_value_that_looks_like_a_placeholder_is_said_as_it_is()
    {
        var error = Assert.Throws<SettingException>(() => Given((Settings.Epochs, "{0} {1")));
        Assert.Equal("--epochs: '{0} {1' is not a whole number", error.Say(setting => setting.Flag));
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1e-300", true)]
    [InlineData("1000", true)]
    [InlineData("1000.1", false)]
    [InlineData("1e309", false)]
    public void A_bound_is_within_or_outside_as_its_words_say(string learningRate, bool isRight)
    {
        var error = Record.Exception(() => Given((Settings.LearningRate, learningRate)));
        Assert.Equal(isRight, error is null);
    }

    [Fact]
    public void What_only_one_process_has_is_a_setting_of_the_run_or_a_file() =>
        Assert.All(Settings.OfOneProcess, setting => Assert.True(setting.Group == SettingGroup.Run || setting == Settings.InitialWeights));

    private static GivenSettings Given(params (Setting Setting, string Text)[] values)
    {
        var given = new GivenSettings();
        foreach (var (setting, text) in values) given.Give(setting, text);
        return given;
    }
}
