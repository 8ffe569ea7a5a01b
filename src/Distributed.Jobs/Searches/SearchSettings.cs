using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Searches;

/// <summary>Every setting of a search besides its space and those of its trials, in the order of the help.</summary>
internal static class SearchSettings
{
    /// <summary>The names of the strategies.</summary>
    public static readonly IReadOnlyList<(string Name, SearchStrategy Value)> Strategies =
        [("grid", SearchStrategy.Grid), ("random", SearchStrategy.Random), ("sobol", SearchStrategy.Sobol), ("tpe", SearchStrategy.Tpe)];

    /// <summary>The names of the goals.</summary>
    public static readonly IReadOnlyList<(string Name, SearchGoal Value)> Goals =
        [("loss", SearchGoal.Loss), ("accuracy", SearchGoal.Accuracy), ("mae", SearchGoal.Mae), ("r2", SearchGoal.R2)];

    private static readonly List<Setting> Table = [];

    public static readonly Setting<SearchStrategy?> Strategy = Add(new ChoiceType<SearchStrategy>(Strategies), "strategy", "NAME",
        "grid, random, sobol (fills the space evenly) or tpe (learns from its trials) (default: sobol)");
    public static readonly Setting<int?> Trials = Add(new IntegerType(1, SearchSpecification.MaximumTrials), "trials", "N",
        "trials in all (default: 27; a grid has all its points)");
    public static readonly Setting<int?> Rungs = Add(new IntegerType(1, 20), "rungs", "N",
        "stages of a trial; at the end of each the best go on (default: 3 from 9 epochs on, else 1; 1 for tpe)");
    public static readonly Setting<int?> Keep = Add(new IntegerType(2, 100), "keep", "N",
        "one trial in N goes on at a rung's end, with N times the epochs (default: 3)");
    public static readonly Setting<int?> Budget = Add(new IntegerType(1), "budget", "EPOCHS",
        "epochs of all trials together, in place of --trials");
    public static readonly Setting<SearchGoal?> Goal = Add(new ChoiceType<SearchGoal>(Goals), "goal", "METRIC",
        "loss, accuracy, mae or r2 on the validation samples decides (default: loss)");
    public static readonly Setting<bool?> Retrain = Add(new FlagType(), "retrain", "true|false",
        "trains the winner on all samples at the end (default: true, where the validation samples are a share)");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Setting> All => Table;

    private static Setting<T> Add<T>(SettingType<T> type, string name, string placeholder, string help)
    {
        var setting = new Setting<T>(name, placeholder, help, SettingGroup.Search, type);
        Table.Add(setting);
        return setting;
    }
}
