namespace Distributed.Learning.Networks;

/// <summary>Which activations a shard drops: decided by the job, the step and the shard, by nothing else.</summary>
/// <param name="Seed">The job's seed.</param>
/// <param name="Step">The step, from 0.</param>
/// <param name="Shard">The shard's number within the step, from 0; reported as the bad one when its loss or gradient is not finite.</param>
public readonly record struct DropoutKey(ulong Seed, long Step, int Shard);
