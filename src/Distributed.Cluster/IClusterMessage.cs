namespace Distributed.Cluster;

/// <summary>A message between shells that may leave the process.</summary>
internal interface IClusterMessage;
