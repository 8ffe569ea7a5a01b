namespace Distributed.Cluster.Datasets;

/// <summary>Ends a fetch that has had no usable source for a while, with the failure of its last one.</summary>
/// <param name="sha256">The data set.</param>
/// <param name="begun">The beginning of the fetch.</param>
internal sealed class FetchPatience(string sha256, TimeSpan begun)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(15);

    private TimeSpan _usableAt = begun;
    private string? _lastFailure;

    /// <summary>A source is usable.</summary>
    public void Renew(TimeSpan now) => _usableAt = now;

    /// <summary>A source, or what it offered, has failed.</summary>
    public void OnFailure(string reason) => _lastFailure = reason;

    /// <summary>Why the fetch gives up; null while it goes on.</summary>
    public string? ReasonToGiveUp(TimeSpan now) => now - _usableAt < GiveUpAfter
        ? null
        : $"no node of the cluster has the data set {sha256[..12]}…{(_lastFailure is null ? "" : $" ({_lastFailure})")}; submit the job again where the data is";
}
