using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;

namespace Distributed.Data.Images;

/// <summary>Turns labelled images into a data set: classes are the label values that occur in the training part, ascending.</summary>
internal static class ImageData
{
    /// <summary>Splits one set of labelled images by a fraction; 0 keeps all for training.</summary>
    public static EncodedDataSet Split(string name, ImageSet images, int brightest, double fraction, ulong seed)
    {
        var target = TargetOf(images);
        var labels = LabelsOf(images, target);
        var (training, validation) = ((int[]?)null, (int[]?)null);
        if (fraction > 0)
        {
            for (var c = 0; c < target.Classes.Count; c++)
                if (labels.Count(label => label == c) == 1)
                    throw new DataException(
                        string.Create(
                            CultureInfo.InvariantCulture, $"label {target.Classes[c]} is seen once (item {Array.IndexOf(labels, c) + 1})"),
                        "a class needs at least 2 images, one to learn from and one to validate with; or train without validation",
                        images.File);
            (training, validation) = SampleSplit.Stratified(labels, target.Classes.Count, fraction, seed);
        }

        var encoding = EncodingOf(images, training, brightest, target);
        return DataSetOf(
            name, encoding,
            new ImageSamples(encoding.Image!, images.Pixels, labels, encoding.Outputs, training),
            validation is null ? null : new ImageSamples(encoding.Image!, images.Pixels, labels, encoding.Outputs, validation));
    }

    /// <summary>Takes two sets of labelled images as they are.</summary>
    public static EncodedDataSet Pair(string name, ImageSet training, ImageSet validation, int brightest)
    {
        var encoding = EncodingOf(training, null, brightest, TargetOf(training));
        return DataSetOf(name, encoding, Encode(training, encoding), Encode(validation, encoding));
    }

    /// <summary>Encodes labelled images as a model's encoding says.</summary>
    public static ImageSamples Encode(ImageSet images, FeatureEncoding encoding)
    {
        CheckShape(images, encoding);
        return new ImageSamples(encoding.Image!, images.Pixels, LabelsOf(images, encoding.Target), encoding.Outputs);
    }

    /// <summary>Refuses images of another shape than the model's.</summary>
    public static void CheckShape(ImageSet images, FeatureEncoding encoding)
    {
        if (encoding.Image is not { } image)
            throw new DataException("these are images", "the model was trained on the columns of a table", images.File);
        if (images.Height != image.Height || images.Width != image.Width)
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"the images have {images.Height} × {images.Width} pixels"),
                string.Create(CultureInfo.InvariantCulture, $"{image.Height} × {image.Width} are right"), images.File);
        if (images.Pixels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)image.Brightest) is >= 0 and var bright)
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"pixel {bright % image.Pixels} of item {bright / image.Pixels + 1} is {images.Pixels[bright]}"),
                string.Create(CultureInfo.InvariantCulture, $"the model was trained on pixels of 0 to {image.Brightest}"), images.File);
    }

    private static EncodedDataSet DataSetOf(string name, FeatureEncoding encoding, ImageSamples training, ImageSamples? validation) => new()
    {
        Name = name,
        Encoding = encoding,
        Training = training,
        Validation = validation,
        Sha256 = SampleHash.Compute(training, validation),
    };

    private static FeatureEncoding EncodingOf(ImageSet images, int[]? training, int brightest, TargetEncoding target) => new()
    {
        Image = ImageEncoding.Fit(images.Height, images.Width, brightest, images.Pixels, training)
            ?? throw new DataException("all pixels of all images are equal", "images that vary are needed", images.File),
        Target = target,
    };

    private static TargetEncoding TargetOf(ImageSet images)
    {
        var seen = new bool[256];
        foreach (var label in images.Labels)
            seen[label] = true;
        var classes = Enumerable.Range(0, 256).Where(value => seen[value])
            .Select(value => value.ToString(CultureInfo.InvariantCulture)).ToArray();
        return classes.Length > 1
            ? new TargetEncoding { Name = "label", Task = TaskKind.Classify, Classes = classes }
            : throw new DataException($"all images have the same label {classes[0]}", "at least two classes are needed", images.File);
    }

    private static int[] LabelsOf(ImageSet images, TargetEncoding target)
    {
        var classOf = new int[256];
        Array.Fill(classOf, -1);
        for (var c = 0; c < target.Classes.Count; c++)
            if (byte.TryParse(target.Classes[c], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                classOf[value] = c;
        var labels = new int[images.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = classOf[images.Labels[i]];
            if (labels[i] < 0)
                throw new DataException(
                    string.Create(CultureInfo.InvariantCulture, $"label {images.Labels[i]} of item {i + 1} is not a class of the training part"),
                    "its classes are " + string.Join(", ", target.Classes), images.File);
        }

        return labels;
    }
}
