using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.Workers;

/// <summary>
/// The weights a worker holds: one complete version and, slice by slice, the next. Blocks differ by at most one step, so a slice of version v means
/// that everything below v − 1 is over.
/// </summary>
internal sealed class WeightSlots
{
    private readonly BlockLayout _layout;
    private readonly Slot[] _slots; // version v lives in slot v mod 2

    private sealed class Slot(int blocks)
    {
        public readonly ReadOnlyMemory<float>[] Slices = new ReadOnlyMemory<float>[blocks];
        public readonly IDisposable?[] Leases = new IDisposable?[blocks];
        public readonly StrideOffer?[] Offers = new StrideOffer?[blocks];
        public readonly bool[] Present = new bool[blocks];
        public long Version = -1;
        public int Count;

        public void Begin(long version)
        {
            for (var i = 0; i < Leases.Length; i++)
            {
                Leases[i]?.Dispose();
                Leases[i] = null;
                Offers[i] = null;
                Present[i] = false;
            }
            Version = version;
            Count = 0;
        }
    }

    public WeightSlots(BlockLayout layout)
    {
        _layout = layout;
        _slots = [new Slot(layout.Count), new Slot(layout.Count)];
    }

    /// <summary>The newest complete version; −1 before any.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>The slices of the complete version.</summary>
    public WeightsView View { get; private set; } = new(-1, []);

    /// <summary>Whether some but not all slices of a version above the complete one are present.</summary>
    public bool HasPartialNext
    {
        get
        {
            foreach (var slot in _slots)
                if (slot.Version > Version && slot.Count > 0) return true;
            return false;
        }
    }

    /// <summary>
    /// Whether a block has slices that are missing here and may complete a version above the current one: the newest that any block sent, or the
    /// previous one, where another block may still be.
    /// </summary>
    public bool Lacks(int block)
    {
        var newest = Newest();
        return newest <= Version || !Has(newest, block) || (Version < newest - 1 && !Has(newest - 1, block));
    }

    private bool Has(long version, int block) => version < 0 || (_slots[version & 1] is var slot && slot.Version == version && slot.Present[block]);

    /// <summary>Takes a slice unless it is old or already present.</summary>
    public bool Take(WeightsUpdated message)
    {
        if (message.Step < 0 || message.Step <= Version || message.Step < Newest() - 1) return false;
        var slot = _slots[message.Step & 1];
        if (slot.Version != message.Step)
        {
            // A version above the window moves it: its slot's content is two or more versions older, and that step is over everywhere.
            if (slot.Version == Version) Forget();
            slot.Begin(message.Step);
        }
        if (slot.Present[message.Block]) return false;
        slot.Slices[message.Block] = message.Values;
        slot.Leases[message.Block] = message.Lease;
        slot.Offers[message.Block] = message.Offer;
        slot.Present[message.Block] = true;
        slot.Count++;
        return true;
    }

    /// <summary>Advances to the newest version that has become complete; false when none is above the current one.</summary>
    public bool TryAdvance()
    {
        Slot? best = null;
        foreach (var slot in _slots)
            if (slot.Version > Version && slot.Count == _layout.Count && (best is null || slot.Version > best.Version)) best = slot;
        if (best is null) return false;
        Version = best.Version;
        View = new WeightsView(Version, [.. best.Slices]); // threads read it while the slot is refilled
        return true;
    }

    /// <summary>Takes the offers that came with the complete version, once; null unless every block made one.</summary>
    public IReadOnlyList<StrideOffer>? TakeOffers()
    {
        if (Version < 0) return null;
        var offers = _slots[Version & 1].Offers;
        if (Array.Exists(offers, offer => offer is null)) return null;
        StrideOffer[] taken = [.. offers!];
        Array.Clear(offers);
        return taken;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (var slot in _slots) slot.Begin(-1);
        Forget();
    }

    private void Forget()
    {
        Version = -1;
        View = new WeightsView(-1, []);
    }

    /// <summary>Work on weights below this version no longer counts.</summary>
    public long Floor => Math.Max(0, Math.Max(Version, Newest() - 1));

    private long Newest() => Math.Max(_slots[0].Version, _slots[1].Version);
}
