using Distributed.Console.Commands;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;

return await ConsoleApplication.RunAsync(args, ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)).ConfigureAwait(false);
