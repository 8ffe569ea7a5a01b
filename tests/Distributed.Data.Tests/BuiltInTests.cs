using Distributed.Data.BuiltIn;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;

namespace Distributed.Data.Tests;

public sealed class BuiltInTests
{
    [Fact]
    public void Nobody_under_the_age_buys_and_the_chance_rises_with_age_and_salary()
    {
        for (var age = 18; age < 65; age++)
            for (var salary = 15_000; salary < 150_000; salary += 5_000)
                foreach (var female in new[] { false, true })
                {
                    var chance = BuyersGenerator.ChanceOf(age, salary, female);
                    Assert.InRange(chance, 0, 1);
                    Assert.True(age >= BuyersGenerator.YoungestBuyer || chance == 0);
                    Assert.True(BuyersGenerator.ChanceOf(age + 1, salary, female) >= chance);
                    Assert.True(BuyersGenerator.ChanceOf(age, salary + 5_000, female) >= chance);
                }
    }

    [Fact]
    public void The_buyers_are_a_thousand_people_of_whom_a_fair_part_buys_and_none_is_too_young()
    {
        var table = BuyersGenerator.Generate(BuyersGenerator.BuiltInSeed, BuyersGenerator.BuiltInRows);
        var buys = table.Find("bought")!;
        var yes = buys.TextIndices.Select(index => buys.Texts[index] == "yes").ToArray();

        Assert.Equal(1000, table.Rows);
        Assert.InRange(yes.Count(y => y), 250, 600);
        Assert.All(table.Find("age")!.Numbers.Where((_, row) => yes[row]), age => Assert.True(age >= BuyersGenerator.YoungestBuyer));
        Assert.Equal(2, table.Find("gender")!.Texts.Count);
    }

    [Fact]
    public void The_buyers_are_the_same_people_for_every_seed_and_only_the_split_differs()
    {
        EncodedDataSet Load(ulong seed, string validation) =>
            DataSets.Load(new DataSettings { Source = "buyers", Seed = seed, Validation = validation });

        Assert.Equal(Load(1, "0").Sha256, Load(2, "0").Sha256);
        Assert.NotEqual(Load(1, "0.2").Sha256, Load(2, "0.2").Sha256);
        Assert.Equal(["gender", "age", "salary"], Load(1, "0.2").Encoding.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Diabetes_is_a_regression_over_442_patients_with_the_published_means()
    {
        var data = DataSets.Load(new DataSettings { Source = "diabetes", Validation = "0" });

        Assert.Equal((442, 10, 1), (data.Training.Rows, data.Training.Inputs, data.Training.Outputs));
        Assert.False(data.Training.IsClassification);
        Assert.Equal(152.13348416289594, data.Encoding.Target.Mean, 1e-9);
        Assert.Equal(48.51809954751131, data.Encoding.Columns[0].Mean, 1e-9);
    }

    [Fact]
    public void Built_in_data_can_be_read_again_with_a_models_encoding()
    {
        foreach (var name in DataSets.BuiltInNames)
        {
            var data = DataSets.Load(new DataSettings { Source = name, Validation = "0" });
            var again = DataSets.LoadSamples(name, data.Encoding);
            var inputs = DataSets.LoadInputs(name, data.Encoding);

            Assert.Equal(data.Sha256, SampleHash.Compute(again, null));
            Assert.Equal((data.Training.Rows, data.Training.Inputs), (inputs.Rows, inputs.Inputs));
        }
    }
}
