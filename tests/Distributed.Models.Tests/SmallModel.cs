using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;

namespace Distributed.Models.Tests;

/// <summary>Models with initial weights, quick to make.</summary>
internal static class SmallModel
{
    public static TrainedModel Buyers() => Of("buyers", [5]);

    public static TrainedModel Diabetes() => Of("diabetes", [4]);

    public static TrainedModel Of(string source, int[] hidden)
    {
        var data = DataSets.Load(new DataSettings { Source = source, Seed = 5 });
        var specification = SpecificationOf(data.Encoding, hidden);
        var network = new Network(specification);
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(specification, data.Encoding, parameters, new ModelOrigin { Job = "test", Epoch = 3, Data = source, DataSha256 = data.Sha256 });
    }

    public static NetworkSpecification SpecificationOf(FeatureEncoding encoding, int[] hidden) => new()
    {
        Inputs = encoding.Inputs,
        Hidden = hidden,
        Outputs = encoding.Outputs,
        Output = encoding.Task == TaskKind.Classify ? OutputKind.Softmax : OutputKind.Linear,
        Loss = encoding.Task == TaskKind.Classify ? LossKind.CrossEntropy : LossKind.SquaredError,
    };
}
