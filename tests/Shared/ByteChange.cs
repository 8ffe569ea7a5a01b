using CsCheck;

namespace Distributed.Tests;

/// <summary>Random damage: bytes changed, cut off, put in, or text swapped for other pieces of JSON.</summary>
internal static class ByteChange
{
    private static readonly string[] Pieces =
        ["{", "}", "[", "]", "\"", ",", ":", "null", "0", "-1", "1e999", "99999999999999999999", "true", "\"\\ud800\"", "\n", "\\", "\u00ff", "NaN"];

    public static Gen<byte[]> Of(byte[] whole)
    {
        var place = Gen.Frequency((3, Gen.Int[0, Math.Min(whole.Length, 400)]), (1, Gen.Int[0, whole.Length]));
        var change = Gen.OneOf(
            Gen.Byte.Select(value => (Insert: new[] { value }, Remove: 1)),
            Gen.Byte.Select(value => (Insert: new[] { value }, Remove: 0)),
            Gen.Int[1, 40].Select(count => (Insert: Array.Empty<byte>(), Remove: count)),
            Gen.Int[0, Pieces.Length - 1].Select(Gen.Int[0, 4], (index, remove) => (Insert: System.Text.Encoding.Latin1.GetBytes(Pieces[index]), Remove: remove)),
            Gen.Const((Insert: Array.Empty<byte>(), Remove: int.MaxValue)));
        return Gen.Select(place, change).Array[1, 3].Select(changes =>
        {
            var bytes = whole.ToList();
            foreach (var (at, (insert, remove)) in changes)
            {
                var from = Math.Min(at, bytes.Count);
                bytes.RemoveRange(from, Math.Min(remove, bytes.Count - from));
                bytes.InsertRange(from, insert);
            }

            return bytes.ToArray();
        });
    }
}
