using System.Text.RegularExpressions;
using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Readme;

/// <summary>
/// The command lines of the documents: the lines of <c>sh</c> blocks, and those after <c>$</c> in transcripts. Each is run by a test, which
/// takes it from here and so from the document itself, or is listed with the reason why none runs it.
/// </summary>
internal static partial class ReadmeExamples
{
    private const string DotnetRun = "dotnet run -c Release --project src/Distributed.Console -- ";

    /// <summary>Lines that no test runs, and why.</summary>
    public static IReadOnlyDictionary<string, string> Excepted { get; } = new Dictionary<string, string>[]
    {
        Because("it would run the test that is asking", "dotnet test -c Release -m:1", ".ci/run"),
        Because("it runs a test of another project, as the whole run does",
            "SEED=17 dotnet test tests/Distributed.Simulation.Tests -c Release --filter ScheduleTests --logger \"console;verbosity=detailed\"",
            "SEEDS=10000 dotnet test tests/Distributed.Simulation.Tests -c Release --filter ScheduleTests"),
        Because("it makes pictures to be looked at", "SCREENSHOTS=/tmp/pages dotnet test tests/Distributed.Dashboard.Tests -c Release --filter Category=Screenshots"),
        Because("it takes tens of minutes; a short portion of each runs without the category",
            "dotnet test -c Release --filter Category=Chaos", "dotnet test -c Release --filter Category=Soak", "dotnet test -c Release --filter Category=Fuzz"),
        Because(
            "it needs a Docker Engine; docker/test.sh does the same to a cluster of its own",
            "docker/secrets.sh", "docker compose -f docker/compose.yaml up --build -d --wait", "cd docker",
            "docker compose run --rm console submit --data digits --epochs 500 --follow",
            "docker compose -f docker/compose.yaml run --rm console submit --data digits --epochs 500 --follow",
            "docker compose cp coordinator:/certificates/authority.pem secrets/authority.pem",
            "DTRAIN_AUTHORITY=secrets/authority.pem DTRAIN_API_KEY_FILE=secrets/api-key dtrain submit --server https://127.0.0.1:8080 --data digits --epochs 500",
            "curl --cacert secrets/authority.pem -H \"Authorization: Bearer $(cat secrets/api-key)\" https://127.0.0.1:8080/api/v1/nodes",
            "docker compose up -d --scale worker=8 --no-recreate", "docker compose up -d --scale worker=2 --no-recreate",
            "sudo kill -9 $(docker inspect -f '{{.State.Pid}}' distributed-worker-1)",
            "docker kill distributed-parameter-server-1", "docker compose up -d --no-recreate", "docker kill distributed-coordinator-1",
            "docker pause distributed-worker-2; sleep 20; docker unpause distributed-worker-2",
            "docker network disconnect distributed_cluster distributed-worker-2",
            "docker network connect --alias worker distributed_cluster distributed-worker-2", "docker compose restart"),
    }.SelectMany(lines => lines).ToDictionary();

    /// <summary>All of them in the order of the documents, each once, without the remarks behind them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. MarkdownDocument.All.SelectMany(document => document.CodeBlocks).SelectMany(LinesOf).Distinct()];

    /// <summary>Arguments of <c>dtrain</c> in one process.</summary>
    public static IEnumerable<string> Local => Dtrain(All).Where(line => !line.Contains("--server", StringComparison.Ordinal));

    /// <summary>Arguments of <c>dtrain</c> at a server.</summary>
    public static IEnumerable<string> AtServer => Dtrain(All).Where(line => line.Contains("--server", StringComparison.Ordinal));

    /// <summary>What follows <c>distributed-node</c>.</summary>
    public static IEnumerable<string> Nodes => After("$ distributed-node ");

    /// <summary>Requests, with <c>curl</c>.</summary>
    public static IEnumerable<string> Requests => After("$ curl ").Select(rest => "curl " + rest);

    /// <summary>Arguments of <c>dtrain</c> in the transcript of a whole journey.</summary>
    public static IReadOnlyList<string> Journey => [.. After("$ dtrain ")];

    /// <summary>Lines that no test runs and no reason excepts.</summary>
    public static IEnumerable<string> Forgotten =>
        All.Where(line => !Excepted.ContainsKey(line) && !IsDtrain(line) && !line.StartsWith("$ dtrain ", StringComparison.Ordinal)
            && !line.StartsWith("$ curl ", StringComparison.Ordinal) && !line.StartsWith("$ distributed-node ", StringComparison.Ordinal));

    private static IEnumerable<string> LinesOf((string Language, string Text) block) => block.Text.Split('\n')
        .Where(line => line.Length > 0 && (block.Language == "sh" ? !line.StartsWith('#') : line.StartsWith("$ ", StringComparison.Ordinal)))
        .Select(line => Remark().Replace(line, ""));

    private static bool IsDtrain(string line) => line.StartsWith("dtrain ", StringComparison.Ordinal) || line.StartsWith(DotnetRun, StringComparison.Ordinal);

    private static IEnumerable<string> Dtrain(IEnumerable<string> lines) => lines.Where(IsDtrain)
        .Select(line => line.StartsWith(DotnetRun, StringComparison.Ordinal) ? line[DotnetRun.Length..] : line["dtrain ".Length..]);

    private static IEnumerable<string> After(string start) => All.Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..]);

    private static Dictionary<string, string> Because(string reason, params string[] lines) => lines.ToDictionary(line => line, _ => reason);

    [GeneratedRegex(@"\s+# .*$")]
    private static partial Regex Remark();
}
