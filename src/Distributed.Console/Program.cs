using Distributed.Console.Commands;
using Distributed.Console.Terminals;

return await ConsoleApplication.RunAsync(args, ConsoleEnvironment.OfProcess()).ConfigureAwait(false);
