using Distributed.Data.Sets;

namespace Distributed.Node.Datasets;

/// <summary>
/// Tables as they were parsed at their upload, until the first submission takes them: a table is parsed once for both. The last two are kept, as far
/// as they are small; a larger one is parsed again.
/// </summary>
internal sealed class ParsedUploads
{
    private const int Most = 2;

    /// <summary>Of all kept tables; a cell takes 12 bytes.</summary>
    private const long MostCells = 10_000_000;

    private readonly Lock _lock = new();
    private readonly List<(string Id, ParsedTable Table)> _kept = [];

    /// <summary>Keeps a table, and forgets older ones that are beyond the bounds.</summary>
    public void Keep(string id, ParsedTable table)
    {
        if (table.Cells > MostCells) return;
        lock (_lock)
        {
            _kept.RemoveAll(kept => kept.Id == id);
            _kept.Add((id, table));
            while (_kept.Count > Most || _kept.Sum(kept => kept.Table.Cells) > MostCells) _kept.RemoveAt(0);
        }
    }

    /// <summary>Gives a table away; null when it is not kept.</summary>
    public ParsedTable? Take(string id)
    {
        lock (_lock)
        {
            var at = _kept.FindIndex(kept => kept.Id == id);
            if (at < 0) return null;
            var table = _kept[at].Table;
            _kept.RemoveAt(at);
            return table;
        }
    }
}
