namespace Distributed.Data;

/// <summary>What a network is asked for.</summary>
public enum TaskKind
{
    /// <summary>One of several classes: softmax and cross-entropy.</summary>
    Classify = 0,

    /// <summary>A value: linear output and squared error or Huber.</summary>
    Regress = 1,
}
