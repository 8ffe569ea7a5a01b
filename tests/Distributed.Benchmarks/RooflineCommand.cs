using Distributed.Tensors.Memory;

namespace Distributed.Benchmarks;

/// <summary><c>roofline</c>: what the machine can do at most, and how much of it the kernels get.</summary>
internal static class RooflineCommand
{
    /// <summary>Measures and prints.</summary>
    public static void Run(TextWriter output)
    {
        var peak = RegisterPeak.Measure();
        output.WriteLine($"fused multiply-adds in registers: {peak / 1e9:F1} GFLOP/s");
        output.WriteLine($"memory, 64 MB read:  {Bandwidth(write: false) / 1e9:F1} GB/s");
        output.WriteLine($"memory, 64 MB copied (read + written): {Bandwidth(write: true) / 1e9:F1} GB/s");

        foreach (var (rows, columns, depth) in ProductCell.Shapes)
        {
            foreach (var form in Enum.GetValues<ProductForm>())
            {
                var cell = new ProductCell(form, rows, columns, depth);
                var rate = cell.Operations / Timing.Best(cell.Run, 0.3, 20);
                output.WriteLine($"{form,-10} {rows,5} × {columns,4} × {depth,4} {rate / 1e9,8:F1} GFLOP/s {rate / peak,7:P1}");
            }
        }

        foreach (var model in StepCell.Models)
        {
            foreach (var batch in StepCell.Batches)
            {
                var cell = new StepCell(model, batch);
                var seconds = Timing.Best(cell.Step, 0.4, 16);
                output.WriteLine(
                    $"step {model,-24} {batch,4} {seconds * 1e3,9:F4} ms {cell.Operations / seconds / 1e9,8:F1} GFLOP/s {cell.Operations / seconds / peak,7:P1}"
                    + $"   pack {Timing.Best(cell.PackOnly, 0.1) / seconds,6:P1}  update {Timing.Best(cell.UpdateOnly, 0.1) / seconds,6:P1}");
            }
        }
    }

    private static double Bandwidth(bool write)
    {
        var from = new AlignedBuffer(1 << 24);
        var to = new AlignedBuffer(1 << 24);
        from.Span.Fill(1);
        var sum = 0f;
        var seconds = write
            ? Timing.Best(() => from.Span.CopyTo(to.Span), 0.6, 8)
            : Timing.Best(() => sum += System.Numerics.Tensors.TensorPrimitives.Max(from.Span), 0.6, 8);
        return from.Length * (write ? 8.0 : 4.0) / seconds;
    }
}
