// Two at a time for the tests of one process, which mostly wait for a program to start; clusters of processes run alone.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Distributed.EndToEnd.Tests;

/// <summary>Tests that need the machine for themselves: bounds on time, or processes that share the cores already.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
