namespace Distributed.Tensors.Elements;

/// <summary>What a hidden layer applies to its weighted sums, element by element.</summary>
public enum Activation
{
    /// <summary>f(z) = z.</summary>
    Identity,

    /// <summary>f(z) = z above zero, else 0; the derivative at 0 is 0, as in PyTorch.</summary>
    Relu,

    /// <summary>f(z) = z above zero, else 0.01·z (PyTorch's default slope).</summary>
    LeakyRelu,

    /// <summary>f(z) = z·Φ(z), Φ the normal distribution function by the error function (Hendrycks and Gimpel 2016, exact form).</summary>
    Gelu,

    /// <summary>f(z) = tanh z.</summary>
    Tanh,

    /// <summary>f(z) = 1 / (1 + exp(−z)).</summary>
    Sigmoid,
}
