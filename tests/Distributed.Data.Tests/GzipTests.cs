using System.IO.Compression;
using System.Text;
using CsCheck;
using Distributed.Data.Compressed;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

/// <summary>Gzip data is read whole or not at all, wherever it stands.</summary>
public sealed class GzipTests : IDisposable
{
    /// <summary>The smallest member: no content, one empty block, checksum and length 0.</summary>
    private static readonly byte[] EmptyMember = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_truncated_gzip_file_is_refused()
    {
        var packed = Packed(Table(3_000));
        var error = Assert.Throws<DataException>(() => Load(packed[..(packed.Length / 2)]));
        Assert.Equal($"data.csv.gz: the gzip data ends early, after {packed.Length / 2} bytes; fetch or pack the file again", _folder.Shorten(error.Message));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_gzip_file_without_its_whole_trailer_is_refused(int missing)
    {
        var packed = Packed(Table(3_000));
        Assert.Contains("the gzip data ends early", Assert.Throws<DataException>(() => Load(packed[..^missing])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_file_cut_off_anywhere_is_refused()
    {
        var packed = Packed(Table(30));
        for (var length = 2; length < packed.Length; length++)
            Assert.Throws<DataException>(() => Load(packed[..length]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Bytes_behind_the_gzip_data_are_refused_and_the_line_says_where(int more)
    {
        var packed = Packed(Table(3_000));
        var error = Assert.Throws<DataException>(() => Load([.. packed, .. Enumerable.Repeat((byte)'x', more)]));
        Assert.Equal(
            $"data.csv.gz: something else follows the gzip data from byte {packed.Length + 1} on ({more} bytes); fetch or pack the file again",
            _folder.Shorten(error.Message));
    }

    [Theory]
    [InlineData(-8)] // CRC-32
    [InlineData(-4)] // length
    public void A_checksum_or_length_that_does_not_fit_is_refused(int at)
    {
        var packed = Packed(Table(3_000));
        packed[packed.Length + at] ^= 1;
        var error = Assert.Throws<DataException>(() => Load(packed));
        Assert.Equal(
            $"data.csv.gz: the gzip data up to byte {packed.Length - 8} does not have the checksum and the length that follow it; fetch or pack the file again",
            _folder.Shorten(error.Message));
    }

    [Fact]
    public void Any_changed_byte_of_the_gzip_data_is_refused_or_changes_nothing()
    {
        var packed = Packed(Table(60));
        var whole = Load(packed).Sha256;
        Gen.Select(Gen.Int[0, packed.Length - 1], Gen.Byte[1, 255]).Sample(
            change =>
            {
                var bytes = (byte[])packed.Clone();
                bytes[change.Item1] ^= change.Item2;
                try
                {
                    // The header's time and system say nothing about the data; nor do the bits that fill the last byte up.
                    Assert.Equal(whole, Load(bytes).Sha256);
                    Assert.True(change.Item1 is >= 4 and <= 9 || change.Item1 == packed.Length - 9, $"byte {change.Item1}");
                }
                catch (DataException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 500, threads: 1);
    }

    [Fact]
    public void Gzip_members_one_after_the_other_are_one_text()
    {
        var text = Table(30_000);
        var (middle, later) = (text.IndexOf('7', 20), text.Length * 2 / 3);
        byte[] members = [.. Packed(text[..middle]), .. EmptyMember, .. Packed(text[middle..later]), .. Packed(text[later..])];

        Assert.Equal(Load(Packed(text)).Sha256, Load(members).Sha256);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => Load(members[..^1])).Message, StringComparison.Ordinal);
        Assert.Contains(
            $"follows the gzip data from byte {members.Length + 1} on (3 bytes)",
            Assert.Throws<DataException>(() => Load([.. members, 0x1f, 0, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_goes_on_in_the_next_one_is_damaged_where_the_first_breaks_off()
    {
        var packed = Packed(Table(3_000));
        Assert.Throws<DataException>(() => Load([.. packed[..^12], .. packed]));
    }

    [Theory]
    [InlineData(0x02)] // checksum
    [InlineData(0x04)] // extra field
    [InlineData(0x08)] // name
    [InlineData(0x10)] // comment
    [InlineData(0x1e)]
    public void Every_part_that_a_gzip_header_may_have_is_read_over(int flags)
    {
        var packed = Packed(Table(30));
        var header = packed[..10];
        header[3] = (byte)flags;
        List<byte> whole = [.. header];
        if ((flags & 0x04) != 0) whole.AddRange([3, 0, 1, 2, 3]);
        if ((flags & 0x08) != 0) whole.AddRange("data.csv\0"u8.ToArray());
        if ((flags & 0x10) != 0) whole.AddRange("made for a test\0"u8.ToArray());
        if ((flags & 0x02) != 0) whole.AddRange(BitConverter.GetBytes((ushort)System.IO.Hashing.Crc32.HashToUInt32([.. whole])));
        var first = whole.Count;
        whole.AddRange(packed[10..]);

        Assert.Equal(Load(packed).Sha256, Load([.. whole]).Sha256);
        if ((flags & 0x02) == 0) return;
        whole[first - 1] ^= 1;
        Assert.Contains("the gzip header that begins at byte 1 is damaged", Assert.Throws<DataException>(() => Load([.. whole])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_and_labels_that_end_early_are_refused_too()
    {
        var (images, labels) = IdxBytes.Small();
        var (packedImages, packedLabels) = (IdxBytes.Packed(images), IdxBytes.Packed(labels));
        EncodedDataSet Read(byte[] first, byte[] second)
        {
            _folder.Write("x-images-idx3-ubyte.gz", first);
            _folder.Write("x-labels-idx1-ubyte.gz", second);
            return DataSets.Load(new DataSettings { Source = _folder["x-images-idx3-ubyte.gz"], Validation = "0" });
        }

        Assert.Equal(10, Read(packedImages, packedLabels).Training.Rows);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => Read(packedImages[..^8], packedLabels)).Message, StringComparison.Ordinal);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => Read(packedImages, packedLabels[..^8])).Message, StringComparison.Ordinal);
        Assert.Contains("something else follows", Assert.Throws<DataException>(() => Read([.. packedImages, 1], packedLabels)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_validation_file_and_rows_to_predict_that_end_early_are_refused_too()
    {
        var text = Table(100);
        var cut = _folder.Write("cut.csv.gz", Packed(text)[..^3]);
        var data = _folder.Load(text);

        Assert.Contains("ends early", Assert.Throws<DataException>(() => _folder.Load(text, settings => settings with { Validation = cut })).Message, StringComparison.Ordinal);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => DataSets.LoadInputs(cut, data.Encoding)).Message, StringComparison.Ordinal);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => DataSets.LoadSamples(cut, data.Encoding)).Message, StringComparison.Ordinal);
        Assert.Contains("ends early", Assert.Throws<DataException>(() => DataProfile.Of(cut)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_does_not_pack_and_data_that_packs_to_nearly_nothing_are_read()
    {
        var random = new Random(7);
        foreach (var bytes in new[] { Bytes(random, 300_000), new byte[5_000_000], Bytes(random, 10) })
            foreach (var level in new[] { CompressionLevel.NoCompression, CompressionLevel.Fastest, CompressionLevel.SmallestSize })
            {
                using var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, level, leaveOpen: true)) gzip.Write(bytes);
                using (var gzip = new GZipStream(packed, level, leaveOpen: true)) gzip.Write(bytes.AsSpan(0, bytes.Length / 3));
                packed.Position = 0;
                using var reader = new GzipReader(packed, "packed");
                using var unpacked = new MemoryStream();
                reader.CopyTo(unpacked, 1_000);
                Assert.Equal([.. bytes, .. bytes.AsSpan(0, bytes.Length / 3)], unpacked.ToArray());
            }
    }

    [SharedFileTheory("tables")]
    [InlineData("truncated.csv.gz")]
    [InlineData("no-trailer.csv.gz")]
    public void The_shared_tables_that_end_early_are_refused(string name)
    {
        var error = Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = SharedData.Folder(Path.Combine("tables", name)) }));
        Assert.Contains($"{name}: the gzip data ends early, after ", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Table(int rows) => "a,b,c\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{i * 7919 % 1013},{(i % 3 == 0 ? "x" : "y")}\n"));

    private static byte[] Packed(string text) => IdxBytes.Packed(Encoding.UTF8.GetBytes(text));

    private EncodedDataSet Load(byte[] packed) =>
        DataSets.Load(new DataSettings { Source = _folder.Write("data.csv.gz", packed), Validation = "0" });
}
