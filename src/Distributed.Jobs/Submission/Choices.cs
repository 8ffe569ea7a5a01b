using Distributed.Data;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>The names of the values of settings with a fixed choice.</summary>
internal static class Choices
{
    public static readonly IReadOnlyList<(string Name, TaskKind Value)> Tasks =
        [("classify", TaskKind.Classify), ("regress", TaskKind.Regress)];

    public static readonly IReadOnlyList<(string Name, NumberNotation Value)> DecimalMarks =
        [("point", NumberNotation.Point), ("comma", NumberNotation.Comma)];

    public static readonly IReadOnlyList<(string Name, ColumnUse Value)> ColumnUses =
        [("number", ColumnUse.Number), ("category", ColumnUse.Category), ("date", ColumnUse.Date), ("ignore", ColumnUse.Ignore)];

    public static readonly IReadOnlyList<(string Name, Activation Value)> Activations =
    [
        ("relu", Activation.Relu), ("leaky-relu", Activation.LeakyRelu), ("gelu", Activation.Gelu),
        ("tanh", Activation.Tanh), ("sigmoid", Activation.Sigmoid), ("identity", Activation.Identity),
    ];

    public static readonly IReadOnlyList<(string Name, Initialization Value)> Initializations =
        [("he", Initialization.He), ("xavier", Initialization.Xavier)];

    public static readonly IReadOnlyList<(string Name, LossKind Value)> Losses =
        [("cross-entropy", LossKind.CrossEntropy), ("squared-error", LossKind.SquaredError), ("huber", LossKind.Huber)];

    public static readonly IReadOnlyList<(string Name, OptimizerKind Value)> Optimizers =
    [
        ("sgd", OptimizerKind.Sgd), ("momentum", OptimizerKind.Momentum), ("nesterov", OptimizerKind.Nesterov),
        ("adam", OptimizerKind.Adam), ("adamw", OptimizerKind.AdamW),
    ];

    public static readonly IReadOnlyList<(string Name, ScheduleKind Value)> Schedules =
        [("constant", ScheduleKind.Constant), ("step", ScheduleKind.Step), ("cosine", ScheduleKind.Cosine)];

    public static readonly IReadOnlyList<(string Name, GradientFormat Value)> GradientFormats =
        [("float32", GradientFormat.Float32), ("bfloat16", GradientFormat.BFloat16)];

    /// <summary>The display name of a value.</summary>
    public static string NameOf<T>(IReadOnlyList<(string Name, T Value)> choices, T value) =>
        choices.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Name;
}
