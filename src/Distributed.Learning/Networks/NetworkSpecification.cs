using Distributed.Tensors.Elements;

namespace Distributed.Learning.Networks;

/// <summary>What the output layer's weighted sums become.</summary>
public enum OutputKind
{
    /// <summary>One probability per class.</summary>
    Softmax,

    /// <summary>The values themselves.</summary>
    Linear,
}

/// <summary>What training minimises.</summary>
public enum LossKind
{
    /// <summary>−Σ target · ln probability; with <see cref="OutputKind.Softmax"/>.</summary>
    CrossEntropy,

    /// <summary>(value − target)²; with <see cref="OutputKind.Linear"/>.</summary>
    SquaredError,

    /// <summary>½ d² up to δ, then δ·(|d| − ½ δ), d = value − target; with <see cref="OutputKind.Linear"/> (Huber 1964, PyTorch's HuberLoss).</summary>
    Huber,
}

/// <summary>How weights start; biases start at zero.</summary>
public enum Initialization
{
    /// <summary>Uniform in ±√(6 / inputs): keeps the variance through ReLU (He et al. 2015).</summary>
    He,

    /// <summary>Uniform in ±√(6 / (inputs + outputs)): for tanh and sigmoid (Glorot and Bengio 2010).</summary>
    Xavier,
}

/// <summary>A dense network and its loss, as plain values: everything about the network that can reach a weight.</summary>
public sealed record NetworkSpecification
{
    /// <summary>Widest layer that is accepted.</summary>
    public const int LargestLayer = 1 << 20;

    /// <summary>Features of a sample.</summary>
    public int Inputs { get; init; }

    /// <summary>Neurons of each hidden layer; empty for a linear model.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>Classes, or values of a sample.</summary>
    public int Outputs { get; init; }

    /// <summary>The hidden layers' activation.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Probability in [0, 1) that training drops a hidden activation; what is kept is scaled by 1 / (1 − dropout).</summary>
    public double Dropout { get; init; }

    /// <summary>What the output layer's sums become.</summary>
    public OutputKind Output { get; init; } = OutputKind.Softmax;

    /// <summary>What training minimises.</summary>
    public LossKind Loss { get; init; } = LossKind.CrossEntropy;

    /// <summary>Share in [0, 1) of the target that is spread evenly over all classes (Szegedy et al. 2016, PyTorch's definition).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>A positive factor for each class's loss; null for all ones.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Where Huber's loss turns from square to linear; positive.</summary>
    public double HuberDelta { get; init; } = 1;

    /// <summary>How weights start.</summary>
    public Initialization Initialization { get; init; } = Initialization.He;

    /// <summary>Whether targets are class labels.</summary>
    public bool IsClassification => Output == OutputKind.Softmax;

    /// <summary>The errors of the specification.</summary>
    /// <returns>A sentence, or null when the specification can be trained.</returns>
    public string? Validate()
    {
        if (Inputs is < 1 or > LargestLayer) return $"inputs must be 1 to {LargestLayer}, not {Inputs}";
        if (Outputs is < 1 or > LargestLayer) return $"outputs must be 1 to {LargestLayer}, not {Outputs}";
        if (Hidden is null) return "hidden must be a list (empty for no hidden layer)";
        foreach (var width in Hidden)
        {
            if (width is < 1 or > LargestLayer) return $"a hidden layer must have 1 to {LargestLayer} neurons, not {width}";
        }

        if (!Enum.IsDefined(Activation)) return $"unknown activation {Activation}";
        if (!Enum.IsDefined(Output)) return $"unknown output {Output}";
        if (!Enum.IsDefined(Loss)) return $"unknown loss {Loss}";
        if (!Enum.IsDefined(Initialization)) return $"unknown initialization {Initialization}";
        if (!(Dropout >= 0 && Dropout < 1)) return $"dropout must be at least 0 and below 1, not {Dropout}";
        if (!(LabelSmoothing >= 0 && LabelSmoothing < 1)) return $"label smoothing must be at least 0 and below 1, not {LabelSmoothing}";
        if (!(HuberDelta > 0 && double.IsFinite(HuberDelta))) return $"Huber's delta must be above 0, not {HuberDelta}";
        return ValidateLoss() ?? ValidateSize();
    }

    /// <inheritdoc/>
    public bool Equals(NetworkSpecification? other) =>
        other is not null && Inputs == other.Inputs && Hidden.SequenceEqual(other.Hidden) && Outputs == other.Outputs
        && Activation == other.Activation && Dropout.Equals(other.Dropout) && Output == other.Output && Loss == other.Loss
        && LabelSmoothing.Equals(other.LabelSmoothing) && HuberDelta.Equals(other.HuberDelta) && Initialization == other.Initialization
        && (ClassWeights is null ? other.ClassWeights is null : other.ClassWeights is not null && ClassWeights.SequenceEqual(other.ClassWeights));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs, Hidden.Count, Outputs, Activation, Dropout, Loss, LabelSmoothing);

    private string? ValidateLoss()
    {
        var classification = Output == OutputKind.Softmax;
        if (classification != (Loss == LossKind.CrossEntropy)) return $"the loss {Loss} does not go with the output {Output}";
        if (classification && Outputs < 2) return "a classifier needs at least 2 classes";
        if (!classification && LabelSmoothing != 0) return "label smoothing is for classifiers";
        if (ClassWeights is null) return null;
        if (!classification) return "class weights are for classifiers";
        if (ClassWeights.Count != Outputs) return $"there must be {Outputs} class weights, not {ClassWeights.Count}";
        foreach (var weight in ClassWeights)
        {
            if (!(weight > 0 && weight <= float.MaxValue)) return $"a class weight must be above 0, not {weight}";
        }

        return null;
    }

    private string? ValidateSize()
    {
        long count = 0;
        long inputs = Inputs;
        foreach (var outputs in Hidden.Append(Outputs))
        {
            count += inputs * outputs + outputs;
            if (count > ParameterLayout.MostParameters) return $"the network has more than {ParameterLayout.MostParameters} parameters";
            inputs = outputs;
        }

        return null;
    }
}
