using System.Security.Cryptography;
using System.Text;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

public sealed class SampleHashTests
{
    [Fact]
    public void The_hash_is_taken_over_the_documented_bytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Encoding.ASCII.GetBytes("distributed-samples-1\n"));
        foreach (var word in new[] { 2, 2, 3, 1 })
            writer.Write(word);
        writer.Write(1.5f);
        writer.Write(-0f);
        writer.Write(2);
        writer.Write(0.25f);
        writer.Write(8f);
        writer.Write(0);
        foreach (var word in new[] { 1, 2, 3, 1 })
            writer.Write(word);
        writer.Write(3f);
        writer.Write(4f);
        writer.Write(1);

        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())),
            SampleHash.Compute(
                EncodedSamples.Classification(2, 3, [1.5f, -0f, 0.25f, 8f], [2, 0]),
                EncodedSamples.Classification(2, 3, [3f, 4f], [1])));
    }

    [Fact]
    public void A_changed_bit_a_moved_row_and_another_kind_of_target_change_the_hash()
    {
        string[] hashes =
        [
            SampleHash.Compute(EncodedSamples.Regression(1, 1, [1, 2], [0, 1]), null),
            SampleHash.Compute(EncodedSamples.Regression(1, 1, [1, MathF.BitIncrement(2)], [0, 1]), null),
            SampleHash.Compute(EncodedSamples.Regression(1, 1, [2, 1], [1, 0]), null),
            SampleHash.Compute(EncodedSamples.Regression(1, 1, [1], [0]), EncodedSamples.Regression(1, 1, [2], [1])),
            SampleHash.Compute(EncodedSamples.Classification(1, 2, [1, 2], [0, 1]), null),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void A_table_and_images_with_the_same_numbers_have_the_same_hash()
    {
        using var folder = new TemporaryFolder();
        var (images, labels) = IdxBytes.Small();
        folder.Write("images-idx3-ubyte", images);
        folder.Write("labels-idx1-ubyte", labels);
        var data = DataSets.Load(new DataSettings { Source = folder["images-idx3-ubyte"], Validation = "0" });
        var features = Enumerable.Range(0, 10).SelectMany(i => Enumerable.Range(0, 6).Select(p => data.Encoding.Image!.Standardise(10 * i + p))).ToArray();

        Assert.Equal(
            SampleHash.Compute(EncodedSamples.Classification(6, 2, features, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), null), data.Sha256);
    }
}
