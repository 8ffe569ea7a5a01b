return Distributed.Benchmarks.Commands.Run(args, Console.Out, Console.Error);
