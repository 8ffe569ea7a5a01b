using Distributed.Tensors;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;
using Distributed.Tensors.Products;

namespace Distributed.Benchmarks;

/// <summary>Which of a step's products.</summary>
internal enum ProductForm
{
    /// <summary>Packed strips times panels into panels: z = Wᵀ x and dx = W dz.</summary>
    Layer,

    /// <summary>Packed strips times panels into a row-major matrix: dW = x dzᵀ.</summary>
    Gradient,
}

/// <summary>One matrix product, ready to be run again and again.</summary>
internal sealed unsafe class ProductCell
{
    private readonly AlignedBuffer _a;
    private readonly AlignedBuffer _b;
    private readonly AlignedBuffer _c;
    private readonly ProductForm _form;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _depth;

    /// <summary>C [rows × columns] = A [rows × depth] · B [depth × columns].</summary>
    public ProductCell(ProductForm form, int rows, int columns, int depth)
    {
        (_form, _rows, _columns, _depth) = (form, rows, columns, depth);
        _a = new AlignedBuffer(rows * depth);
        _b = new AlignedBuffer(Panel.Size(depth, columns));
        _c = new AlignedBuffer(Panel.Size(rows, columns));
        _a.Span.Fill(0.5f);
        _b.Span.Fill(0.25f);
    }

    /// <summary>Rows, columns and depth of the products that are measured.</summary>
    public static IReadOnlyList<(int Rows, int Columns, int Depth)> Shapes { get; } =
    [
        (256, 256, 256), (512, 512, 512), (1024, 512, 1024), (784, 512, 512), (512, 128, 784), (1024, 128, 1024), (1024, 1024, 128),
        (784, 512, 128), (1024, 32, 1024), (1024, 1024, 32), (64, 128, 30), (10, 128, 256),
    ];

    /// <summary>Floating-point operations, two a multiply-add.</summary>
    public double Operations => 2.0 * _rows * _columns * _depth;

    /// <summary>Computes the product.</summary>
    public void Run()
    {
        var product = default(ProductTask);
        product.Rows = _rows;
        product.Columns = _columns;
        product.Depth = _depth;
        product.A = _a.Pointer;
        product.PackedStrips = true;
        product.B = _b.Pointer;
        product.BPanel = (nint)_depth * Panel.Width;
        product.C = _c.Pointer;
        product.CRow = _form == ProductForm.Layer ? Panel.Width : _columns;
        product.CPanel = _form == ProductForm.Layer ? (nint)_rows * Panel.Width : Panel.Width;
        product.CPadded = _form == ProductForm.Layer;
        MachineArithmetic.Kernels.Multiply(&product);
    }
}
