using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Api;

namespace Distributed.Dashboard.Texts;

/// <summary>A job's settings as names and values.</summary>
internal static class SpecificationFacts
{
    /// <summary>What a person asks first.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(JobDetail job)
    {
        var (specification, network, optimizer) = (job.Specification, job.Specification.Network, job.Specification.Optimizer);
        var hidden = network.Hidden.Count == 0 ? "no hidden layer" : string.Join(", ", network.Hidden);
        return
        [
            ("data", Figures.Short(job.Summary.Data, 60)),
            ("rows", $"{Figures.Count(specification.Data.TrainingSamples)} to learn from, {Figures.Count(specification.Data.ValidationSamples)} to validate"),
            ("network", $"{network.Inputs} inputs, {hidden}, {network.Outputs} outputs"),
            ("optimizer", $"{optimizer.Kind.ToString().ToLowerInvariant()} {optimizer.LearningRate.ToString("0.######", CultureInfo.InvariantCulture)}"),
            ("batch, shard", $"{Figures.Count(specification.BatchSize)}, {Figures.Count(specification.ShardSize)}"),
            ("epochs", $"at most {Figures.Count(specification.Epochs)}"),
            ("seed", specification.Seed.ToString(CultureInfo.InvariantCulture)),
            .. specification.Initial is { } initial ? (IEnumerable<(string, string)>)[("begins with", initial.Origin)] : [],
            ("data's SHA-256", specification.Data.Sha256),
        ];
    }

    /// <summary>Every setting of the specification and the samples' source, by its path.</summary>
    public static IReadOnlyDictionary<string, string> All(JobDetail job)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var node = JsonSerializer.SerializeToNode(job, ApiJson.Default.JobDetail)!;
        foreach (var part in (string[])["specification", "source"]) Add(facts, part, node[part]);
        return facts;
    }

    private static void Add(SortedDictionary<string, string> facts, string path, JsonNode? node)
    {
        switch (node)
        {
            case null:
                break;
            case JsonObject members:
                foreach (var (name, value) in members) Add(facts, $"{path}.{name}", value);
                break;
            case JsonArray items when items.All(item => item is JsonValue):
                facts[path] = string.Join(", ", items.Select(item => item!.ToString()));
                break;
            default:
                facts[path] = node is JsonValue ? node.ToString() : node.ToJsonString();
                break;
        }
    }
}
