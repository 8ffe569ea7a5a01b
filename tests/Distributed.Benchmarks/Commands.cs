using System.Globalization;
using Distributed.Benchmarks.Clusters;
using Distributed.Benchmarks.Product;
using Distributed.Protocol.Specification;

namespace Distributed.Benchmarks;

/// <summary>Which measurement, with which options.</summary>
internal static class Commands
{
    private const string Usage = """
        usage: Distributed.Benchmarks COMMAND [OPTIONS]
          step      a training step of each model and batch size        [--json] [--model M] [--batch N] [--seconds S]
                    [--through-actors: the same through coordinator, worker and parameter server; --threads T, one shard each]
                    [--checkpoint-cost: through the actors with that checkpoint and without, in turn; --rounds N]
          roofline  the machine's peak, and each kernel's share of it
          compare   PyTorch and this, alternating in one run            [--peer PATH] [--rounds N]
          cluster   the same step on real worker processes of one thread each   [--workers N] [--json] [--model M] [--batch N] [--seconds S]
                    [--blocks K] [--gradient-format float32|bfloat16] [--sockets: not through shared memory]
          cluster-compare   PyTorch's DistributedDataParallel over gloo and this, alternating in one run  [--rounds N] and those of cluster
          cluster-scaling   the workers against the bare step of one process         [--rounds N] and those of cluster
          product   what a person waits for, beside scikit-learn and PyTorch; writes product.csv and product.png into --out DIR
                    --dtrain PROGRAM [--mnist FOLDER] [--rounds N] [--large: also 20 million parameters and a million rows]
            [--only TEXT: the cases whose names contain it]
          shards    samples/s against shard size; writes shards.png and shards.csv into --out DIR
          ranks     the defaults on 25 tables beside scikit-learn       FOLDER of the tables [--epochs N and other settings]
          bench     BenchmarkDotNet; what follows goes to it            [--filter PATTERN]
        """;

    /// <summary>Runs a command.</summary>
    /// <returns>0, or 2 for bad usage, or 1 when the peer cannot be run.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        var command = args.FirstOrDefault();
        if (command == "bench") return BenchmarkDotNetCommand.Run(args[1..]);
        if (command == "ranks" && args.Length > 1) return RanksCommand.Run(args[1], args[2..], output, errors);
        if (command == "cluster-node") return BenchmarkNode.RunAsync(args[1..], Console.In, output).GetAwaiter().GetResult();

        var options = Options.Parse(args.Skip(1), out var error);
        if (error is null && command is not ("step" or "roofline" or "compare" or "shards" or "product" or "cluster" or "cluster-compare" or "cluster-scaling"))
            error = command is null ? "which measurement?" : $"unknown command '{command}'";
        if (error is null && command == "product" && options.Dtrain is null) error = "product needs --dtrain PROGRAM, the published one";
        if (error is not null)
        {
            errors.WriteLine(error);
            errors.WriteLine(Usage);
            return 2;
        }

        switch (command)
        {
            case "step":
                if (options.CheckpointCost)
                    CheckpointCostCommand.RunAsync(options.Model ?? "784-1024-1024-1024-10", options.Batch ?? 128, Math.Max(5, options.Seconds), options.Rounds, output)
                        .GetAwaiter().GetResult();
                else if (options.ThroughActors) ThroughActorsCommand.RunAsync(options.Json, options.Model, options.Batch, options.Threads, options.Seconds, output).GetAwaiter().GetResult();
                else StepCommand.Run(options.Json, options.Model, options.Batch, options.Seconds, output);
                return 0;
            case "roofline":
                RooflineCommand.Run(output);
                return 0;
            case "compare":
                return CompareCommand.Run(options.Peer, options.Rounds, output, errors);
            case "product":
                ProductCommand.Run(options.Dtrain!, options.Mnist, options.Only, options.Rounds, options.IsLarge, options.Out, output);
                return 0;
            case "cluster":
                return ClusterCommand.RunAsync(options.Cluster, options.Json, output).GetAwaiter().GetResult();
            case "cluster-compare":
                return ClusterCommand.CompareAsync(options.Cluster, output, errors).GetAwaiter().GetResult();
            case "cluster-scaling":
                return ClusterCommand.ScaleAsync(options.Cluster, output).GetAwaiter().GetResult();
            default:
                ShardsCommand.Run(options.Out, output);
                return 0;
        }
    }

    private sealed record Options
    {
        public bool Json { get; private set; }

        public bool ThroughActors { get; private set; }

        public bool CheckpointCost { get; private set; }

        public bool Sockets { get; private set; }

        public bool IsLarge { get; private set; }

        public string? Dtrain { get; private set; }

        public string? Mnist { get; private set; }

        public string? Model { get; private set; }

        public int? Batch { get; private set; }

        public double Seconds { get; private set; } = 0.6;

        public string? Peer { get; private set; }

        public int Rounds { get; private set; } = 3;

        public int Workers { get; private set; } = 2;

        public int Threads { get; private set; } = 1;

        public int? Blocks { get; private set; }

        public GradientFormat GradientFormat { get; private set; }

        public ClusterPlan Cluster => new(Workers, Blocks ?? Workers, GradientFormat, Model, Batch, Seconds, Rounds, !Sockets);

        public string Only { get; private set; } = "";

        public string Out { get; private set; } = ".";

        public static Options Parse(IEnumerable<string> args, out string? error)
        {
            var options = new Options();
            var queue = new Queue<string>(args);
            error = null;
            while (error is null && queue.TryDequeue(out var name))
            {
                if (name == "--json")
                {
                    options.Json = true;
                    continue;
                }

                if (name == "--through-actors")
                {
                    options.ThroughActors = true;
                    continue;
                }

                if (name == "--checkpoint-cost")
                {
                    options.CheckpointCost = true;
                    continue;
                }

                if (name == "--large")
                {
                    options.IsLarge = true;
                    continue;
                }

                if (name == "--sockets")
                {
                    options.Sockets = true;
                    continue;
                }

                if (!queue.TryDequeue(out var value)) error = $"{name} needs a value";
                else error = options.Set(name, value);
            }

            return options;
        }

        private string? Set(string name, string value)
        {
            switch (name)
            {
                case "--model":
                    Model = value;
                    return StepCell.Models.Contains(value) ? null : $"unknown model '{value}': choose one of {string.Join(", ", StepCell.Models)}";
                case "--batch":
                    if (!int.TryParse(value, CultureInfo.InvariantCulture, out var batch) || !StepCell.Batches.Contains(batch))
                        return $"--batch must be one of {string.Join(", ", StepCell.Batches)}, not '{value}'";
                    Batch = batch;
                    return null;
                case "--seconds":
                    if (!double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) || !(seconds is > 0 and <= 60))
                        return $"--seconds must be above 0 and at most 60, not '{value}'";
                    Seconds = seconds;
                    return null;
                case "--rounds":
                    if (!int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) || rounds is < 1 or > 20)
                        return $"--rounds must be 1 to 20, not '{value}'";
                    Rounds = rounds;
                    return null;
                case "--workers":
                    if (!int.TryParse(value, CultureInfo.InvariantCulture, out var workers) || workers is < 1 or > 16)
                        return $"--workers must be 1 to 16, not '{value}'";
                    Workers = workers;
                    return null;
                case "--threads":
                    if (!int.TryParse(value, CultureInfo.InvariantCulture, out var threads) || threads is < 1 or > 16)
                        return $"--threads must be 1 to 16, not '{value}'";
                    Threads = threads;
                    return null;
                case "--blocks":
                    if (!int.TryParse(value, CultureInfo.InvariantCulture, out var blocks) || blocks is < 1 or > 64)
                        return $"--blocks must be 1 to 64, not '{value}'";
                    Blocks = blocks;
                    return null;
                case "--gradient-format":
                    if (!Enum.TryParse<GradientFormat>(value, ignoreCase: true, out var format))
                        return $"--gradient-format must be float32 or bfloat16, not '{value}'";
                    GradientFormat = format;
                    return null;
                case "--dtrain":
                    Dtrain = Path.GetFullPath(value);
                    return File.Exists(value) ? null : $"there is no file '{value}'";
                case "--mnist":
                    Mnist = Path.GetFullPath(value);
                    return Directory.Exists(value) ? null : $"there is no folder '{value}'";
                case "--only":
                    Only = value;
                    return null;
                case "--peer":
                    Peer = value;
                    return File.Exists(value) ? null : $"there is no file '{value}'";
                case "--out":
                    Out = value;
                    return Directory.Exists(value) ? null : $"there is no folder '{value}'";
                default:
                    return $"unknown option '{name}'";
            }
        }
    }
}
