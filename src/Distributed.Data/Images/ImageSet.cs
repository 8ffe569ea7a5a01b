namespace Distributed.Data.Images;

/// <summary>Grey images of a file, with a label each if known.</summary>
/// <param name="File">Where they came from.</param>
/// <param name="Count">The number of images, at least 1.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Pixels">[count × height × width], row-major.</param>
/// <param name="Labels">[count]; empty when unknown.</param>
internal sealed record ImageSet(string File, int Count, int Height, int Width, byte[] Pixels, byte[] Labels);
