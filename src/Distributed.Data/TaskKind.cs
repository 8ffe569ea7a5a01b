namespace Distributed.Data;

/// <summary>The task of a network.</summary>
public enum TaskKind
{
    /// <summary>One of several classes: softmax and cross-entropy.</summary>
    Classify = 0,

    /// <summary>A value: linear output and squared error or Huber.</summary>
    Regress = 1,
}
