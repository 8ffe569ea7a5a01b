using System.Text;
using CsCheck;
using Distributed.Data;
using Distributed.Data.Samples;
using Distributed.Tests;

namespace Distributed.Models.Tests;

public sealed class SafeTensorsHeaderTests
{
    [Fact]
    public void A_header_as_other_programs_write_it_is_read()
    {
        var header = Parse("{\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[24,28]},\"a\":{\"shape\":[2,3],\"data_offsets\":[0,24],\"dtype\":\"F32\"},\"__metadata__\":{\"format\":\"pt\"}}   ", 28);

        Assert.Equal(["a", "b"], header.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([2L, 3L], header.Tensors[0].Shape);
        Assert.Equal("pt", header.Metadata["format"]);
    }

    [Theory]
    [InlineData("", 0, "not a valid safetensors file: the header is not a JSON object")]
    [InlineData(" {}", 0, "not a valid safetensors file: the header is not a JSON object")]
    [InlineData("[]", 0, "not a valid safetensors file: the header is not a JSON object")]
    [InlineData("{\"a\":1}", 0, "not a valid safetensors file: the entry \"a\" is no JSON object")]
    [InlineData("{\"a\":{}}", 0, "not a valid safetensors file: the tensor \"a\" lacks its dtype, shape or data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "the tensor \"a\" has the dtype \"F16\"; F32 is read")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "not a valid safetensors file: the shape of \"a\" needs 8 bytes and its data_offsets hold 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "not a valid safetensors file: \"a\" has a size or offset that is no whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "not a valid safetensors file: \"a\" has a size or offset that is no whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "not a valid safetensors file: the data_offsets of \"a\" are not a beginning and an end")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "not a valid safetensors file: the shape of \"a\" is too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "not a valid safetensors file: the bytes of \"a\" begin at 4 instead of 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "not a valid safetensors file: the bytes of \"b\" begin at 0 instead of 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 9, "not a valid safetensors file: the header announces 4 bytes of tensors and 9 follow")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}", 4, "the safetensors header is not valid JSON")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "not a valid safetensors file: the entry \"a\" is no text")]
    [InlineData("{\"a\\ud800\":{}}", 0, "the safetensors header is not valid JSON")]
    [InlineData("{\"a\":{\"dtype\":", 0, "the safetensors header is not valid JSON")]
    public void A_malformed_header_is_refused(string json, long dataLength, string message)
    {
        var error = Assert.Throws<DataException>(() => Parse(json, dataLength));
        Assert.StartsWith("x: " + message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_header_gives_tensors_that_cover_the_data_or_an_explained_refusal()
    {
        var good = Encoding.UTF8.GetBytes(
            "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[24,28]}}");
        ByteChange.Of(good).Sample(
            bytes =>
            {
                try
                {
                    var header = SafeTensorsHeader.Parse(bytes, 28, "x");
                    Assert.Equal(28, header.Tensors.Sum(tensor => tensor.End - tensor.Begin));
                    Assert.All(header.Tensors, tensor => Assert.Equal(tensor.End - tensor.Begin, 4 * tensor.Shape.Aggregate(1L, (a, b) => a * b)));
                }
                catch (DataException)
                {
                    // The expected end of most changes.
                }
            },
            iter: 20_000);
    }

    private static SafeTensorsHeader Parse(string json, long dataLength) => SafeTensorsHeader.Parse(Encoding.UTF8.GetBytes(json), dataLength, "x");
}
