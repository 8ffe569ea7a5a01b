namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Tests that count what a job sends: beside others, a worker that is kept waiting asks again, and others take its shards.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
