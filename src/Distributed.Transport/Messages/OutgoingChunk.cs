using Distributed.Protocol.Messages;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>A chunk of a data set, to a node that asked for it.</summary>
internal readonly record struct OutgoingChunk(DataChunk Chunk, IDisposable? InUse) : IOutgoing<OutgoingChunk>
{
    public static FrameKind Kind => FrameKind.DataChunk;

    public bool IsSameAs(in OutgoingChunk other) => Chunk.Index == other.Chunk.Index && Chunk.DataSet == other.Chunk.DataSet;

    public bool IsSupersededBy(in OutgoingChunk other) => false;

    public bool WriteTo(FrameWriter writer) => writer.Write(Chunk);

    public bool TryPostTo(FrameWriter writer) => writer.TryPost(Chunk);
}
