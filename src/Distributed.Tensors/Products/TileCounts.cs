namespace Distributed.Tensors.Products;

/// <summary>A count that the compiler sees as a constant, so that one source gives a kernel for each tile size.</summary>
internal interface ITileCount
{
    static abstract int Value { get; }
}

internal readonly struct One : ITileCount
{
    public static int Value => 1;
}

internal readonly struct Two : ITileCount
{
    public static int Value => 2;
}

internal readonly struct Three : ITileCount
{
    public static int Value => 3;
}

internal readonly struct Four : ITileCount
{
    public static int Value => 4;
}

internal readonly struct Five : ITileCount
{
    public static int Value => 5;
}

internal readonly struct Six : ITileCount
{
    public static int Value => 6;
}
