using System.Globalization;

namespace Distributed.Benchmarks;

/// <summary>Which measurement, with which options.</summary>
internal static class Commands
{
    private const string Usage = """
        usage: Distributed.Benchmarks COMMAND [OPTIONS]
          step      a training step of each model and batch size        [--json] [--model M] [--batch N] [--seconds S]
                    [--through-actors: the same through coordinator, worker and parameter server, with a checkpoint every 100 steps]
          roofline  the machine's peak, and each kernel's share of it
          compare   PyTorch and this, alternating in one run            [--peer PATH] [--rounds N]
          shards    samples/s against shard size; writes shards.png and shards.csv into --out DIR
          bench     BenchmarkDotNet; what follows goes to it            [--filter PATTERN]
        """;

    /// <summary>Runs a command.</summary>
    /// <returns>0, or 2 for bad usage, or 1 when the peer cannot be run.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        var command = args.FirstOrDefault();
        if (command == "bench") return BenchmarkDotNetCommand.Run(args[1..]);

        var options = Options.Parse(args.Skip(1), out var error);
        if (error is null && command is not ("step" or "roofline" or "compare" or "shards"))
            error = command is null ? "which measurement?" : $"unknown command '{command}'";
        if (error is not null)
        {
            errors.WriteLine(error);
            errors.WriteLine(Usage);
            return 2;
        }

        switch (command)
        {
            case "step":
                if (options.ThroughActors) ThroughActorsCommand.RunAsync(options.Json, options.Model, options.Batch, options.Seconds, output).GetAwaiter().GetResult();
                else StepCommand.Run(options.Json, options.Model, options.Batch, options.Seconds, output);
                return 0;
            case "roofline":
                RooflineCommand.Run(output);
                return 0;
            case "compare":
                return CompareCommand.Run(options.Peer, options.Rounds, output, errors);
            default:
                ShardsCommand.Run(options.Out, output);
                return 0;
        }
    }

    private sealed record Options
    {
        public bool Json { get; private set; }

        public bool ThroughActors { get; private set; }

        public string? Model { get; private set; }

        public int? Batch { get; private set; }

        public double Seconds { get; private set; } = 0.6;

        public string? Peer { get; private set; }

        public int Rounds { get; private set; } = 3;

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
