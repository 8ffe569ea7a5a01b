using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

public sealed class ImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, byte[], string> BadImages
    {
        get
        {
            var (good, _) = IdxBytes.Small();
            byte[] With(int at, byte value)
            {
                var bytes = (byte[])good.Clone();
                bytes[at] = value;
                return bytes;
            }

            return new()
            {
                { "another element type", With(2, 0x0d), "x-images-idx3-ubyte: the IDX header says type 0x0d with 3 dimension(s); images are unsigned bytes (0x08) with 3 dimensions" },
                { "the labels file", IdxBytes.Of(new byte[10], 10), "x-images-idx3-ubyte: the IDX header says type 0x08 with 1 dimension(s); images are unsigned bytes (0x08) with 3 dimensions" },
                { "no image", IdxBytes.Of([], 0, 2, 3), "x-images-idx3-ubyte: dimension 1 of the IDX header is 0; each is at least 1, and their product at most 2147483591" },
                { "no pixel", IdxBytes.Of([], 10, 0, 3), "x-images-idx3-ubyte: dimension 2 of the IDX header is 0; each is at least 1, and their product at most 2147483591" },
                { "a negative size", IdxBytes.Of([], -1, 2, 3), "x-images-idx3-ubyte: dimension 1 of the IDX header is 4294967295; each is at least 1, and their product at most 2147483591" },
                { "sizes beyond memory", IdxBytes.Of([], 60_000, 60_000, 60_000), "x-images-idx3-ubyte: dimension 2 of the IDX header is 60000; each is at least 1, and their product at most 2147483591" },
                { "a truncated file", good[..^1], "x-images-idx3-ubyte: the file ends early: its header announces 60 bytes, at most 59 follow; fetch the file again" },
                { "a truncated header", good[..9], "x-images-idx3-ubyte: the file ends inside its IDX header; fetch the file again" },
                { "bytes too many", [.. good, 0], "x-images-idx3-ubyte: the file goes on after the 60 bytes that its header announces; fetch the file again" },
                { "a small packed file that claims to be huge", IdxBytes.Packed(IdxBytes.Of([], 2_000, 1_000, 1_000)), "x-images-idx3-ubyte: the file ends early" },
                { "more images than labels", IdxBytes.Of(new byte[66], 11, 2, 3), "x-labels-idx1-ubyte: there are 10 labels and 11 images; the labels of x-images-idx3-ubyte are needed" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadImages))]
    public void A_bad_images_file_is_refused_with_a_line_that_says_what_is_expected(string what, byte[] images, string message)
    {
        _folder.Write("x-labels-idx1-ubyte", IdxBytes.Small().Labels);
        var path = _folder.Write("x-images-idx3-ubyte", images);
        var error = Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = path }));
        Assert.True(_folder.Shorten(error.Message).StartsWith(message, StringComparison.Ordinal), $"{what}: {_folder.Shorten(error.Message)}");
    }

    [Fact]
    public void Missing_labels_other_settings_and_one_label_are_refused()
    {
        var (images, labels) = IdxBytes.Small();
        var path = _folder.Write("x-images-idx3-ubyte", images);
        string Message(DataSettings settings) => _folder.Shorten(Assert.Throws<DataException>(() => DataSets.Load(settings)).Message);

        Assert.Equal(
            "x-images-idx3-ubyte: the labels file is missing; x-labels-idx1-ubyte or the same with .gz is needed",
            Message(new() { Source = path }));
        _folder.Write("x-labels-idx1-ubyte", labels);
        Assert.Equal(
            "x-images-idx3-ubyte: images with labels are for the task classify; choose classify, or give a table",
            Message(new() { Source = path, Task = TaskKind.Regress }));
        Assert.Equal(
            "x-images-idx3-ubyte: images have no columns to choose; leave out the target and the columns to ignore",
            Message(new() { Source = path, Target = "label" }));
        labels[^1] = 9;
        _folder.Write("x-labels-idx1-ubyte", labels);
        Assert.Equal(
            "x-images-idx3-ubyte: label 9 is seen once (item 10); a class needs at least 2 images, one to learn from and one to validate with; or train without validation",
            Message(new() { Source = path }));
        _folder.Write("x-labels-idx1-ubyte", IdxBytes.Of(new byte[10], 10));
        Assert.Equal("x-images-idx3-ubyte: all images have the same label 0; at least two classes are needed", Message(new() { Source = path }));
        Assert.Equal(
            "nowhere.idx: the labels file cannot be found by name; call the files …images-idx3-ubyte and …labels-idx1-ubyte",
            Message(new() { Source = _folder.Write("nowhere.idx", images) }));
    }

    [Theory]
    [InlineData("-", false)]
    [InlineData("-", true)]
    [InlineData(".", true)]
    public void A_folder_with_the_usual_names_gives_training_and_test_part(string separator, bool packed)
    {
        var (images, labels) = IdxBytes.Small();
        var testImages = IdxBytes.Of([9, 8, 7, 6, 5, 4], 1, 2, 3);
        var testLabels = IdxBytes.Of([5], 1);
        foreach (var (name, bytes) in new[] { ("train-images?idx3", images), ("train-labels?idx1", labels), ("t10k-images?idx3", testImages), ("t10k-labels?idx1", testLabels) })
            _folder.Write(name.Replace("?", separator, StringComparison.Ordinal) + "-ubyte" + (packed ? ".gz" : ""), packed ? IdxBytes.Packed(bytes) : bytes);

        var data = DataSets.Load(new DataSettings { Source = _folder.Path });
        Assert.Equal((10, 1), (data.Training.Rows, data.Validation!.Rows));
        Assert.Equal(["3", "5"], data.Encoding.Target.Classes);
        var inputs = new float[6];
        var label = new int[1];
        data.Validation.Gather([0], inputs, label, []);
        Assert.Equal(new[] { 9f, 8, 7, 6, 5, 4 }.Select(data.Encoding.Image!.Standardise), inputs);
        Assert.Equal(1, label[0]);

        Assert.Equal(1, DataSets.LoadSamples(_folder.Path, data.Encoding).Rows);
        Assert.Equal((8, 2), Parts(DataSets.Load(new DataSettings { Source = _folder.Path, Validation = "0.2" })));
        Assert.Null(DataSets.Load(new DataSettings { Source = _folder.Path, Validation = "0" }).Validation);
    }

    [Fact]
    public void Images_of_another_shape_or_brightness_than_the_models_are_refused()
    {
        var (images, labels) = IdxBytes.Small();
        var path = _folder.Write("x-images-idx3-ubyte", images);
        _folder.Write("x-labels-idx1-ubyte", labels);
        var digits = DataSets.Load(new DataSettings { Source = "digits" }).Encoding;
        string Message(FeatureEncoding encoding) =>
            _folder.Shorten(Assert.Throws<DataException>(() => DataSets.LoadInputs(path, encoding)).Message);

        Assert.Equal("x-images-idx3-ubyte: the images have 2 × 3 pixels; 8 × 8 are right", Message(digits));
        Assert.Equal(
            "x-images-idx3-ubyte: pixel 1 of item 3 is 21; the model was trained on pixels of 0 to 20",
            Message(digits with { Image = new ImageEncoding { Height = 2, Width = 3, Brightest = 20, Mean = 5, Scale = 2 } }));
        Assert.Equal(
            "x-images-idx3-ubyte: these are images; the model was trained on the columns of a table",
            Message(DataSets.Load(new DataSettings { Source = "buyers" }).Encoding));
    }

    [Fact]
    public void Pixels_in_a_table_are_encoded_like_those_in_an_image_and_checked()
    {
        var encoding = new FeatureEncoding
        {
            Image = new ImageEncoding { Height = 1, Width = 256, Brightest = 255, Mean = 33.3184f, Scale = 78.5674f },
            Target = new TargetEncoding { Name = "label", Task = TaskKind.Classify, Classes = ["0", "1"] },
        };
        var table = _folder.Write(
            "pixels.csv",
            string.Join(',', Enumerable.Range(0, 256).Select(i => $"pixel{i}")) + "\n" + string.Join(',', Enumerable.Range(0, 256)) + "\n");
        var inputs = new float[256];
        DataSets.LoadInputs(table, encoding).CopyTo(0, 1, inputs);

        var asImage = new float[256];
        encoding.Image!.Encode([.. Enumerable.Range(0, 256).Select(i => (byte)i)], asImage);
        Assert.Equal(asImage.Select(BitConverter.SingleToInt32Bits), inputs.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal((200 - 33.3184f) / 78.5674f, inputs[200]);
        var row = Enumerable.Range(0, 256).ToDictionary(i => $"pixel{i}", i => i == 7 ? "256" : "0");
        Assert.Equal(
            "column \"pixel7\": the pixel 256 is outside 0 to 255; correct it, or train with such rows",
            Assert.Throws<DataException>(() => encoding.EncodeRow(row, inputs)).Message);
    }

    [Fact]
    public void Standardising_many_pixels_at_once_gives_the_bits_of_each_alone()
    {
        Gen.Byte.Array[0, 200].Select(Gen.Single[0, 255], Gen.Single[0.1f, 200]).Sample(
            (pixels, mean, scale) =>
            {
                var inputs = new float[pixels.Length];
                var encoding = new ImageEncoding { Height = 1, Width = 1, Brightest = 255, Mean = mean, Scale = scale };
                encoding.Encode(pixels, inputs);
                Assert.Equal(
                    pixels.Select(pixel => BitConverter.SingleToInt32Bits((pixel - mean) / scale)), inputs.Select(BitConverter.SingleToInt32Bits));
            },
            iter: 300);
    }

    [Fact]
    public void Mean_and_scale_of_the_pixels_come_from_the_training_images_alone()
    {
        var encoding = ImageEncoding.Fit(1, 2, 255, [1, 2, 200, 200, 3, 6], [0, 2])!;

        Assert.Equal(3f, encoding.Mean);
        Assert.Equal((float)Math.Sqrt(3.5), encoding.Scale);
        Assert.Null(ImageEncoding.Fit(1, 2, 255, [4, 4, 9, 9, 4, 4], [0, 2]));
        _folder.Write("x-labels-idx1-ubyte", IdxBytes.Small().Labels);
        var error = Assert.Throws<DataException>(() => DataSets.Load(new DataSettings
        {
            Source = _folder.Write("x-images-idx3-ubyte", IdxBytes.Of(new byte[60], 10, 2, 3)),
        }));
        Assert.Equal("x-images-idx3-ubyte: all pixels of all images are equal; images that vary are needed", _folder.Shorten(error.Message));
    }

    [Fact]
    public void Any_change_of_an_images_file_gives_images_or_an_explained_refusal()
    {
        var (images, labels) = IdxBytes.Small();
        _folder.Write("x-labels-idx1-ubyte", labels);
        Gen.Bool.SelectMany(packed =>
        {
            var whole = packed ? IdxBytes.Packed(images) : images;
            return Gen.Int[0, whole.Length].Select(Gen.Byte, Gen.Int[0, 2], (at, value, kind) => kind switch
            {
                0 => whole[..at],
                1 => [.. whole[..at], value, .. whole[at..]],
                _ => [.. whole[..at], value, .. whole[Math.Min(at + 1, whole.Length)..]],
            });
        }).Sample(
            bytes =>
            {
                var path = _folder.Write("x-images-idx3-ubyte", bytes);
                try
                {
                    Assert.InRange(DataSets.Load(new DataSettings { Source = path, Validation = "0" }).Training.Rows, 1, 10);
                }
                catch (DataException)
                {
                    // The expected end of most changes.
                }
            },
            iter: 500, threads: 1);
    }

    [SharedDataFact("mnist")]
    public void Mnist_is_read_from_its_folder()
    {
        var data = DataSets.Load(new DataSettings { Source = SharedData.Path("mnist") });

        Assert.Equal((60_000, 10_000), Parts(data));
        Assert.Equal((784, 10), (data.Training.Inputs, data.Training.Outputs));
        Assert.Equal((0.1307, 0.3081), (Math.Round(data.Encoding.Image!.Mean / 255, 4), Math.Round(data.Encoding.Image.Scale / 255, 4)));
        var labels = new int[3];
        data.Training.Gather([0, 1, 59_999], new float[3 * 784], labels, []);
        Assert.Equal([5, 0, 8], labels);
    }

    private static (int, int) Parts(EncodedDataSet data) => (data.Training.Rows, data.Validation!.Rows);

    public void Dispose() => _folder.Dispose();
}
