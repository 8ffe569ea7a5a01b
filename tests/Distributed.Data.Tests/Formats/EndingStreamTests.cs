using Distributed.Data.Formats;

namespace Distributed.Data.Tests.Formats;

public sealed class EndingStreamTests
{
    [Fact]
    public void A_reader_that_asks_for_more_than_there_is_fails()
    {
        using var stream = new EndingStream(new MemoryStream([1, 2, 3]));
        var buffer = new byte[8];
        Assert.Equal(3, stream.Read(buffer, 0, 8));
        Assert.Throws<EndOfStreamException>(() =>
        {
            for (var i = 0; i < 1_001; i++) Assert.Equal(0, stream.Read(buffer, 0, 8));
        });
        stream.Position = 1;
        Assert.Equal(2, stream.ReadByte());
    }
}
