using Distributed.Data.Encodings;
using Distributed.Data.Sets;

namespace Distributed.Data.Tests;

public sealed class DigitsTests
{
    [Fact]
    public void The_built_in_digits_are_1797_images_of_8_by_8_in_ten_classes_split_four_to_one()
    {
        var digits = DataSets.Load(new DataSettings { Source = "digits", Seed = 1 });

        Assert.Equal(1797, digits.Training.Rows + digits.Validation!.Rows);
        Assert.Equal(359, digits.Validation.Rows);
        Assert.Equal(64, digits.Training.Inputs);
        Assert.Equal(10, digits.Training.Outputs);
        Assert.True(digits.Training.IsClassification);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], digits.Encoding.Target.Classes);
    }

    [Fact]
    public void The_training_pixels_have_mean_0_and_deviation_1_and_stand_for_whole_numbers_up_to_16()
    {
        var digits = DataSets.Load(new DataSettings { Source = "digits", Seed = 1 });
        var image = digits.Encoding.Image!;
        var rows = Enumerable.Range(0, digits.Training.Rows).ToArray();
        var inputs = new float[rows.Length * 64];
        digits.Training.Gather(rows, inputs, new int[rows.Length], []);

        Assert.Equal(0, inputs.Average(input => (double)input), 1e-5);
        Assert.Equal(1, inputs.Average(input => (double)input * input), 1e-5);
        Assert.Equal(Enumerable.Range(0, 17).Select(pixel => image.Standardise(pixel)), inputs.Distinct().Order());
    }

    [Fact]
    public void The_first_digit_of_the_file_is_the_published_one()
    {
        var all = DataSets.Load(new DataSettings { Source = "digits", Validation = "0" });
        var image = all.Encoding.Image!;
        var inputs = new float[64];
        var labels = new int[1];
        all.Training.Gather([0], inputs, labels, []);

        Assert.Null(all.Validation);
        Assert.Equal(0, labels[0]);
        Assert.Equal([0, 0, 5, 13, 9, 1, 0, 0], inputs.Take(8).Select(input => (int)MathF.Round(input * image.Scale + image.Mean)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_hash_and_another_seed_another()
    {
        string Hash(ulong seed) => DataSets.Load(new DataSettings { Source = "digits", Seed = seed }).Sha256;

        Assert.Equal(Hash(7), Hash(7));
        Assert.NotEqual(Hash(7), Hash(8));
        Assert.Matches("^[0-9a-f]{64}$", Hash(7));
    }
}
