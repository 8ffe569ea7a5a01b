namespace Distributed.Transport.Tests;

/// <summary>Damage, seeded.</summary>
internal static class Mutation
{
    private static readonly byte[] Telling = [0, 1, 0x7f, 0x80, 0xff];

    /// <summary>Changes some bytes in place. Returns whether the one who did it should also mend the checksum.</summary>
    public static bool Apply(Random random, Span<byte> bytes)
    {
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var place = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[place] = Telling[random.Next(Telling.Length)]; break;
                case 2: bytes[place] = (byte)random.Next(256); break;
                default: bytes.Slice(place, Math.Min(8, bytes.Length - place)).Fill(Telling[random.Next(Telling.Length)]); break;
            }
        }
        return random.Next(2) == 0;
    }

    /// <summary>A copy that is changed, cut off, or has a piece taken out, put in or doubled.</summary>
    public static byte[] ApplyToStream(Random random, byte[] original)
    {
        var from = random.Next(original.Length);
        var to = Math.Min(original.Length, from + random.Next(1, 300));
        switch (random.Next(5))
        {
            case 0: return original[..from];
            case 1: return [.. original[..from], .. original[to..]];
            case 2: return [.. original[..to], .. original[from..]];
            case 3:
                var inserted = new byte[random.Next(1, 200)];
                random.NextBytes(inserted);
                return [.. original[..from], .. inserted, .. original[from..]];
            default:
                var bytes = (byte[])original.Clone();
                Apply(random, bytes);
                return bytes;
        }
    }
}
