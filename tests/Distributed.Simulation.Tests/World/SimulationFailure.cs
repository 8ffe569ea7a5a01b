namespace Distributed.Simulation.Tests.World;

/// <summary>An invariant does not hold.</summary>
internal sealed class SimulationFailure(string message) : Exception(message);
