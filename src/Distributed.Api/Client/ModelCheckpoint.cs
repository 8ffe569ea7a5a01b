namespace Distributed.Api.Client;

/// <summary>Which of a job's committed checkpoints.</summary>
public enum ModelCheckpoint
{
    /// <summary>The newest.</summary>
    Last,

    /// <summary>The one of the best epoch by the deciding loss.</summary>
    Best,
}
