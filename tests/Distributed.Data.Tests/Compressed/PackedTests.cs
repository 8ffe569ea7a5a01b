using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests.Compressed;

/// <summary>zstd, xz and bzip2, as their command-line programs pack one table of 40 rows.</summary>
public sealed class PackedTests : IDisposable
{
    private const string Xz = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AC2AF1dADCLCGCmbFWQgwz2c11AqU6r0GW7IaMaekRxwyU/KnbYuMB2Z7ucdOVrYdiRtRXj8DQBF2g87hKtmc2MMrxkZCN2MDLUTIV6cDhPv00ogHsJXFcvu0jwwwOZuVikYAAAAACRFBUaLm1WQAABebcBAAAAtTsj9bHEZ/sCAAAAAARZWg==";
    private const string XzBlocks = "/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4AA/AC5dADCLCGCmbFWQgwz2c11AqU6r0GW7IaMaekRxwyU/KnbYuMB2Z7ucdOVrYdIyB7sAAADaL1nT+6iyKeOqPF3N3QHhGY8vmK2QaSDaqwPpH3Qi7QIAIQEWAAAAdC/lo+AAPwArXQAWHj1DQ6aXeAHKBfV1++KDcw8e7F0RKhvFSLZxWCz0YaFOSgqSXDMCzCgAAADFj18GThWXh08JyMCkgKjdPHEkstuegsmbPzIpNycCFAIAIQEWAAAAdC/lo+AANgAlXQAbCwug2cqUX4Q76T4iqge0FkVozOdReqcX9hgQPGM0jYU/dmoAAAAAAKN2Ek520+P1d+csTZXxDVBbujfX89Tb4vHMj2Bmf/LTAANiQF9AWTfK4jV5tunfHAIAAAAAClla";
    private const string Bzip2 = "QlpoOTFBWSZTWSOWtfoAAEbZgAAQAAR34CgAAGAgAHUNTymmypo0w1P9UoAZqZ1cARAQQEICF9daXmfKvuf1HYjBJ1UdjMuZepc4WilgDCIJRIrFYSipSF4kxPxdyRThQkCOWtfo";
    private const string Zstd = "KLUv/SS3ZQMAAoQLEMAlHc80VM0jhJBb7IJ/tsCXZGU+1qWgMqaGXJIadEns0uijCJflY12Gj3NAIBoAQCBx6gJR5GZmMMoI2PUxArHvwxs1F1gWwJ7N5ZtrYFlSKzX3IrXasiHVuqwkah74tPtpgcX0bU0n+58FGw==";

    private static readonly string[] Rows = [.. Enumerable.Range(0, 40).Select(i => $"{i * i % 31},{"xy"[i % 2]}\n")];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Packed { get; } = new() { { "xz", Xz }, { "xz", XzBlocks }, { "bzip2", Bzip2 }, { "zstd", Zstd } };

    [Theory]
    [MemberData(nameof(Packed))]
    public void A_packed_table_is_the_table_also_behind_another_one(string format, string packed)
    {
        var bytes = Convert.FromBase64String(packed);
        Assert.Equal(Plain(1), Load(bytes));
        Assert.Equal(40, DataSets.LoadInputs(_folder["data"], DataSets.Load(Settings()).Encoding).Rows);
        // The second table's header is a row of the text: a stream follows a stream.
        var header = _folder.Write("twice.csv", "a,c\n" + string.Concat(Rows) + "a,c\n" + string.Concat(Rows));
        Assert.Equal(DataSets.Load(Settings() with { Source = header }).Sha256, Load([.. bytes, .. bytes]));
        Assert.StartsWith(
            format == "zstd" ? "data: the zstd data is damaged" : $"data: something else follows the {format} data from byte {bytes.Length + 1} on (3 bytes)",
            Refusal([.. bytes, 1, 2, 3]), StringComparison.Ordinal);
        if (format == "xz")
        {
            Assert.Equal(Plain(1), Load([.. bytes, 0, 0, 0, 0]));
            Assert.Equal(DataSets.Load(Settings() with { Source = header }).Sha256, Load([.. bytes, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes]));
        }
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public void A_packed_table_that_is_cut_anywhere_is_refused(string format, string packed)
    {
        var bytes = Convert.FromBase64String(packed);
        for (var length = 12; length < bytes.Length; length++)
        {
            var message = Refusal(bytes[..length]);
            Assert.StartsWith($"data: the {format} data ", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public void A_packed_table_with_any_other_bit_is_refused_or_the_same(string format, string packed)
    {
        var (whole, plain) = (Convert.FromBase64String(packed), Plain(1));
        var refused = 0;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(plain, Load(bytes));
            }
            catch (DataException)
            {
                refused++;
            }
        }

        Assert.True(refused > whole.Length * 8 * 9 / 10, $"{format}: {refused} of {whole.Length * 8} changes were noticed");
    }

    public void Dispose() => _folder.Dispose();

    private DataSettings Settings() => new() { Source = _folder["data"], Rules = 3, Seed = 1, Validation = "0" };

    private string Plain(int times) => DataSets.Load(Settings() with { Source = _folder.Write("plain.csv", "a,c\n" + string.Concat(Enumerable.Repeat(string.Concat(Rows), times))) }).Sha256;

    private string Load(byte[] bytes)
    {
        _folder.Write("data", bytes);
        return DataSets.Load(Settings()).Sha256;
    }

    private string Refusal(byte[] bytes) => _folder.Shorten(Assert.Throws<DataException>(() => Load(bytes)).Message);
}
