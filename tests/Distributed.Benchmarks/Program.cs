using Distributed.Benchmarks;

return CommandLine.Run(args, Console.Out, Console.Error);
