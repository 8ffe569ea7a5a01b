using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests.Samples;

public sealed class SampleFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("digits", "0.2")]
    [InlineData("digits", "0")]
    [InlineData("buyers", "0.3")]
    [InlineData("diabetes", "0.2")]
    public void Mapped_samples_have_the_bits_of_those_that_were_written(string source, string validation)
    {
        var data = DataSets.Load(new DataSettings { Source = source, Validation = validation, Seed = 3 });
        var path = Write(data);
        Assert.Equal(SampleFile.LengthOf(data), new FileInfo(path).Length);

        var mapped = SampleFile.Map(path);
        Assert.Equal(data.Training.Outputs, mapped.Training.Outputs);
        Assert.Equal(data.Validation?.Rows, mapped.Validation?.Rows);
        Assert.True(SampleFile.Check(mapped, data.Sha256));
        int[] rows = [5, 0, data.Training.Rows - 1, 5];
        Assert.Equal(Gather(data.Training, rows), Gather(mapped.Training, rows));
    }

    [Fact]
    public void Weights_are_mapped_too_and_an_older_program_refuses_the_file_by_its_format()
    {
        var data = DataSets.Load(new DataSettings { Source = "diabetes", Rules = 4, Weight = "bmi", Seed = 3 });
        var path = Write(data);
        Assert.Equal(SampleFile.LengthOf(data), new FileInfo(path).Length);
        Assert.Contains("\"distributed-samples-2\"", Encoding.ASCII.GetString(File.ReadAllBytes(path).AsSpan(8, 200)), StringComparison.Ordinal);

        var mapped = SampleFile.Map(path);
        Assert.True(SampleFile.Check(mapped, data.Sha256));
        foreach (var (written, read) in new[] { (data.Training, mapped.Training), (data.Validation!, mapped.Validation!) })
        {
            int[] rows = [5, 0, written.Rows - 1, 5];
            float[] expected = new float[4], weights = new float[4];
            written.GatherWeights(rows, expected);
            read.GatherWeights(rows, weights);
            Assert.Equal(expected, weights);
            Assert.Equal(Gather(written, rows), Gather(read, rows));
            Assert.Throws<ArgumentOutOfRangeException>(() => read.GatherWeights([written.Rows], new float[1]));
        }
    }

    [Fact]
    public void The_same_samples_make_the_same_bytes_and_another_sample_others()
    {
        var data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 3 });
        var other = DataSets.Load(new DataSettings { Source = "buyers", Seed = 4 });
        var again = DataSets.Load(new DataSettings { Source = "buyers", Seed = 3 });
        Assert.Equal(Sha256Of(Write(data)), Sha256Of(Write(again)));
        Assert.NotEqual(Sha256Of(Write(data)), Sha256Of(Write(other)));
    }

    [Fact]
    public void Any_reader_of_safetensors_finds_the_rows_by_the_header()
    {
        var data = DataSets.Load(new DataSettings { Source = "digits", Seed = 1 });
        var bytes = File.ReadAllBytes(Write(data));
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)headerLength));
        Assert.Equal(data.Sha256, header.RootElement.GetProperty("__metadata__").GetProperty("sha256").GetString());
        var tensor = header.RootElement.GetProperty("training.inputs");
        Assert.Equal("F32", tensor.GetProperty("dtype").GetString());
        var begin = 8 + (int)headerLength + tensor.GetProperty("data_offsets")[0].GetInt32();
        Assert.Equal(0, begin % 64);

        var expected = new float[64];
        data.Training.Gather([7], expected, new int[1], default);
        for (var i = 0; i < 64; i++) Assert.Equal(expected[i], BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(begin + (7 * 64 + i) * 4)));
        var labels = header.RootElement.GetProperty("training.labels");
        Assert.Equal("I32", labels.GetProperty("dtype").GetString());
        Assert.Equal(data.Training.Rows, labels.GetProperty("shape")[0].GetInt32());
    }

    [Fact]
    public void A_flipped_bit_is_found_by_the_check()
    {
        var data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 3 });
        var path = Write(data);
        var bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 4;
        File.WriteAllBytes(path, bytes);
        Assert.False(SampleFile.Check(SampleFile.Map(path), data.Sha256));
    }

    [Theory]
    [InlineData("", "it ends early")]
    [InlineData("12345", "it ends early")]
    [InlineData("\u0040\0\0\0\0\0\0\0{}", "it ends early")]
    [InlineData("\uffff\uffff\uffff\uffff{}", "its header is too long")]
    [InlineData("\u0008\0\0\0\0\0\0\0{      }", "it names another format")]
    public void A_file_of_another_kind_is_refused_with_the_reason(string text, string reason)
    {
        var path = _folder.Write("file", [.. text.SelectMany(c => c > 255 ? Encoding.Unicode.GetBytes([c]) : [(byte)c])]);
        Assert.Contains(reason, Assert.Throws<DataException>(() => SampleFile.Map(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused()
    {
        var bytes = File.ReadAllBytes(Write(DataSets.Load(new DataSettings { Source = "buyers", Seed = 3 })));
        var path = _folder.Write("short", bytes[..^4]);
        Assert.Throws<DataException>(() => SampleFile.Map(path));
    }

    [Theory]
    [InlineData("buyers")]
    [InlineData("digits")]
    public void A_row_that_is_not_there_is_refused_wherever_it_is_asked_for(string source)
    {
        var data = DataSets.Load(new DataSettings { Source = source, Seed = 3 });
        foreach (var samples in new[] { data.Training, SampleFile.Map(Write(data)).Training })
            foreach (var row in new[] { -1, samples.Rows, int.MaxValue, int.MinValue })
                for (var before = 0; before < 6; before++) // rows are asked for before their turn
                    Assert.Throws<ArgumentOutOfRangeException>(() => Gather(samples, [.. Enumerable.Range(0, before), row]));
    }

    [Theory]
    [InlineData("buyers")]
    [InlineData("digits")]
    public void Rows_gathered_together_are_those_gathered_alone(string source)
    {
        var data = DataSets.Load(new DataSettings { Source = source, Seed = 3 });
        int[] rows = [data.Training.Rows - 1, 0, 7, 7, 3, data.Training.Rows - 2, 1];
        foreach (var samples in new[] { data.Training, SampleFile.Map(Write(data)).Training })
        {
            var alone = rows.Select(row => Gather(samples, [row])).ToList();
            Assert.Equal(
                (string.Join(" ", alone.Select(one => one.Inputs)), string.Join(" ", alone.Select(one => one.Labels))),
                (Gather(samples, rows).Inputs, Gather(samples, rows).Labels));
        }
    }

    private string Write(EncodedDataSet data)
    {
        var path = _folder[Guid.NewGuid().ToString("n")];
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        SampleFile.Write(data, file, CancellationToken.None);
        return path;
    }

    private static string Sha256Of(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static (string Inputs, string Labels, string Targets) Gather(ISampleSource samples, int[] rows)
    {
        var inputs = new float[rows.Length * samples.Inputs];
        var labels = new int[rows.Length];
        var targets = new float[rows.Length * samples.Outputs];
        samples.Gather(rows, inputs, labels, targets);
        return (Bits(inputs), string.Join(" ", labels), Bits(targets));

        static string Bits(float[] values) => string.Join(" ", values.Select(BitConverter.SingleToInt32Bits));
    }
}
