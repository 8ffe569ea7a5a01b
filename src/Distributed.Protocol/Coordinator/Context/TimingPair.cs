using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>Two parts of a step's time, as a worker or a block measures them; null while unknown.</summary>
internal readonly record struct TimingPair(StepTiming? Work, StepTiming? Wait);
