using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Searches;

/// <summary>The space of a search that names none: a function of the data's shape alone, without the settings that are given.</summary>
internal static class DefaultSpace
{
    private const int LargeDataSet = 10_000;

    /// <summary>The space.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="given">Settings that do not vary.</param>
    public static IReadOnlyList<SearchDimension> Of(DataShape data, GivenSettings given)
    {
        var isLarge = data.Training >= LargeDataSet;
        SearchDimension[] all =
        [
            Read(Settings.LearningRate, "log:3e-4..3e-2"),
            Read(Settings.Hidden, isLarge ? "128|256|256,128" : "32|64|128|64,32"),
            Read(Settings.Dropout, "0..0.4"),
            Read(Settings.WeightDecay, "log:1e-6..1e-2"),
        ];
        return [.. all.Where(dimension => !given.Has(Settings.All.Single(setting => setting.Name == dimension.Name)))];
    }

    private static SearchDimension Read(Setting setting, string text) => SpaceText.Read(setting.Name, text, setting.Name);
}
