using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Api;
using Distributed.Api.Client;

// Trains on the cluster behind a gateway, follows, and asks the model: ClusterTraining http://127.0.0.1:8080
using var client = new DistributedClient(new Uri(args[0]));
var job = await client.SubmitJobAsync(new JsonObject { ["data"] = "buyers", ["epochs"] = 5 });
await foreach (var _ in client.FollowJobAsync(job.Summary.Id)) Console.Write('.');
var row = new Dictionary<string, JsonElement>
{
    ["gender"] = JsonSerializer.SerializeToElement("female"),
    ["age"] = JsonSerializer.SerializeToElement(47),
    ["salary"] = JsonSerializer.SerializeToElement(92000),
};
var answer = await client.PredictAsync(job.Summary.Id, new PredictionRequest([row]));
Console.WriteLine($" {(await client.GetJobAsync(job.Summary.Id)).End!.WeightsSha256}, a buyer: {answer.Predictions[0].Class}");
