namespace Distributed.Tensors.Products;

/// <summary>
/// How the rows of a product are cut into register tiles: as many sixes as possible and the rest in fives and fours, because a tile
/// of fewer than four rows cannot keep both multiply-add units busy. The cut decides no bit.
/// </summary>
internal static class Strips
{
    /// <summary>Rows of a full tile.</summary>
    public const int Height = 6;

    /// <summary>Rows of the strip that starts at a row, when <paramref name="left"/> rows are left from there on.</summary>
    public static int HeightOf(int left) => left switch
    {
        <= Height => left,
        7 or 8 => 4,
        9 or 10 or 13 => 5,
        _ => Height,
    };
}
