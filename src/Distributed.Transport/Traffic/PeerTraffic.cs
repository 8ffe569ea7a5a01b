namespace Distributed.Transport.Traffic;

/// <summary>What one connection has carried since it was made.</summary>
/// <param name="BytesSent">Bytes of whole frames, headers included.</param>
/// <param name="FramesSent">Gradients and weights.</param>
/// <param name="BytesReceived">Bytes of whole frames, headers included.</param>
/// <param name="FramesReceived">Gradients and weights.</param>
public readonly record struct PeerTraffic(long BytesSent, long FramesSent, long BytesReceived, long FramesReceived);
