namespace Distributed.Transport.Tests;

/// <summary>Tests that measure the process: not beside others.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
