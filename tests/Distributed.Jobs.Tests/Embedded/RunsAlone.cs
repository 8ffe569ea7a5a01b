namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Tests that count what a job sends. Run in parallel with others, a delayed worker asks again and others take its shards.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
