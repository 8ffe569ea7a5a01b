using System.Globalization;
using Distributed.Node.Problems;

namespace Distributed.Node.Events;

/// <summary>Where a stream begins: at an epoch, or so many before the first that is not yet decided.</summary>
/// <param name="Epoch">The first epoch's index.</param>
/// <param name="Last">How many of the decided ones; null for those from <paramref name="Epoch"/> on.</param>
internal readonly record struct StreamStart(int Epoch, int? Last)
{
    /// <summary>As the query says: <c>from</c> is an epoch, or <c>end</c>; without anything the first epoch.</summary>
    public static StreamStart Of(string? from, int? last)
    {
        if (last < 0) throw ApiException.BadRequest($"last is {last}: must be 0 or more");
        if (from is null) return new StreamStart(0, last);
        if (last is not null) throw ApiException.BadRequest("from and last contradict each other: one of them says where the stream begins");
        if (from == "end") return new StreamStart(0, 0);
        return int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? new StreamStart(epoch, null)
            : throw ApiException.BadRequest("from must be the number of an epoch, counted from 0, or end");
    }
}
