namespace Distributed.Tensors.Products;

/// <summary>How products are cut for the caches (32 KiB and 512 KiB are common sizes). They decide the speed and no bit.</summary>
internal static class BlockSizes
{
    /// <summary>Depth of a block: a panel of B that long (24 KiB) stays in the first-level cache while the strips of A pass.</summary>
    public const int Depth = 384;

    /// <summary>The same where a tile takes two panels of B (32 KiB in a first-level cache of 48 KiB).</summary>
    public const int WideDepth = 256;

    /// <summary>Rows of a block: A of that size (288 KiB) stays in the second-level cache while the panels of B pass.</summary>
    public const int Rows = 192;

    /// <summary>Rows of a block that is packed on the way: its source passes through the cache too.</summary>
    public const int PackedRows = 96;

    /// <summary>Bytes of panels that stay in the first-level cache together when each of them is short.</summary>
    public const int PanelBytes = 16384;
}
