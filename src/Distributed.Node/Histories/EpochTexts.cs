using System.Text.Json;
using Distributed.Api;
using Distributed.Protocol.Journal;

namespace Distributed.Node.Histories;

/// <summary>The JSON of a job's decided epochs. Each is written once, when its first reader asks, and shared by all answers and streams.</summary>
internal sealed class EpochTexts
{
    private readonly Lock _gate = new();
    private readonly List<byte[]?> _texts = [];
    private long _bytes;

    /// <summary>Bytes that are held.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>An epoch in UTF-8. A decided epoch never changes, so its number names it.</summary>
    public ReadOnlyMemory<byte> Of(EpochDecided decision)
    {
        lock (_gate)
        {
            while (_texts.Count <= decision.Epoch) _texts.Add(null);
            if (_texts[decision.Epoch] is { } known) return known;
            var text = JsonSerializer.SerializeToUtf8Bytes(decision, ApiJson.Answers.GetTypeInfo(typeof(EpochDecided)));
            _bytes += text.Length;
            return _texts[decision.Epoch] = text;
        }
    }
}
