using System.Security.Cryptography;
using Distributed.Learning.Networks;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Reads a checkpoint's flat parameter vector part by part, verifying checksums. Only one part, which includes optimizer state, is in memory beside
/// the result.
/// </summary>
internal static class StoredWeights
{
    /// <summary>Loads the vector.</summary>
    /// <exception cref="SnapshotUnreadableException">A part is missing or damaged.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The store does not answer.</exception>
    public static async Task<float[]> LoadAsync(IStoreReader store, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var weights = new float[checkpoint.ParameterCount];
        foreach (var part in checkpoint.Parts)
            (await LoadAsync(store, part, cancellation).ConfigureAwait(false)).CopyTo(weights.AsMemory(part.Start));
        return weights;
    }

    /// <summary>Computes the vector's fingerprint (<see cref="ParameterHash"/>).</summary>
    /// <exception cref="SnapshotUnreadableException">A part is missing or damaged.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The store does not answer.</exception>
    public static async Task<string> Sha256Async(IStoreReader store, Checkpoint checkpoint, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in checkpoint.Parts) // in ascending order; every parameter once
            ParameterHash.Append(hash, (await LoadAsync(store, part, cancellation).ConfigureAwait(false)).Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<ReadOnlyMemory<float>> LoadAsync(IStoreReader store, SnapshotPart part, CancellationToken cancellation) =>
        (await StoredParts.LoadAsync(store, [part], cancellation).ConfigureAwait(false))[0].Weights;
}
