namespace Distributed.Learning.Networks;

/// <summary>Where one layer's parameters lie in the flat parameter vector.</summary>
/// <param name="Inputs">Rows of the weight matrix.</param>
/// <param name="Outputs">Columns of the weight matrix, and length of the bias.</param>
/// <param name="WeightOffset">First weight; [inputs × outputs] row-major.</param>
/// <param name="BiasOffset">First bias, right behind the weights.</param>
public readonly record struct LayerLayout(int Inputs, int Outputs, int WeightOffset, int BiasOffset)
{
    /// <summary>Number of weights.</summary>
    public int WeightCount => Inputs * Outputs;
}

/// <summary>The flat parameter vector: layer after layer, each with its weights [inputs × outputs] row-major and then its bias.</summary>
public sealed class ParameterLayout
{
    /// <summary>Most parameters of a network: one flat vector of float32 of 2 GiB.</summary>
    public const int MostParameters = 1 << 29;

    private readonly LayerLayout[] _layers;

    /// <summary>Lays out a valid specification.</summary>
    /// <exception cref="ArgumentException">The specification is invalid; the message names the reason.</exception>
    public ParameterLayout(NetworkSpecification specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.Validate() is { } error) throw new ArgumentException(error, nameof(specification));

        _layers = new LayerLayout[specification.Hidden.Count + 1];
        var inputs = specification.Inputs;
        for (var i = 0; i < _layers.Length; i++)
        {
            var outputs = i < specification.Hidden.Count ? specification.Hidden[i] : specification.Outputs;
            _layers[i] = new LayerLayout(inputs, outputs, Count, Count + inputs * outputs);
            Count += inputs * outputs + outputs;
            inputs = outputs;
        }
    }

    /// <summary>Number of parameters.</summary>
    public int Count { get; }

    /// <summary>The layers, from the input on.</summary>
    public IReadOnlyList<LayerLayout> Layers => _layers;
}
