using Distributed.Console;

return await ConsoleApplication.RunAsync(args, ConsoleEnvironment.OfProcess()).ConfigureAwait(false);
