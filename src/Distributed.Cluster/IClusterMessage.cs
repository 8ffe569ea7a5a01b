namespace Distributed.Cluster;

/// <summary>A message of the shells that may leave the process.</summary>
internal interface IClusterMessage;
