namespace Distributed.Tensors.Elements;

/// <summary>One softmax with cross-entropy; matrices in panels of 16 samples.</summary>
internal unsafe struct SoftmaxTask
{
    /// <summary>Rows of the panels.</summary>
    public int Classes;

    /// <summary>Columns of the panels.</summary>
    public int Samples;

    /// <summary>In: logits. Out: the gradient of the loss sum with respect to them. [classes × samples] in panels.</summary>
    public float* Logits;

    /// <summary>One class a sample, padded to whole panels.</summary>
    public int* Labels;

    /// <summary>The target of a sample's own class before smoothing is spread: (1 − ε) · weight of its label. Padded to whole panels.</summary>
    public float* OwnTarget;

    /// <summary>What smoothing gives to each class: ε / classes · its weight. [classes]</summary>
    public float* SpreadTarget;

    /// <summary>The sum of <see cref="SpreadTarget"/>.</summary>
    public float SpreadSum;

    /// <summary>Out: each sample's loss, padded to whole panels.</summary>
    public float* Losses;

    /// <summary>Out: the class of the highest logit, the first of equals, padded to whole panels.</summary>
    public int* Predicted;
}
