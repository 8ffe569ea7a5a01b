using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests.Connections;

public sealed class TensorAddressTests
{
    [Theory]
    [InlineData("10.0.0.7:9000")]
    [InlineData("worker-7.example:1")]
    [InlineData("[::1]:9000")]
    [InlineData("unix:/run/tensors.sock")]
    public void An_address_is_read_as_it_is_written(string text)
    {
        Assert.True(TensorAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nowhere")]
    [InlineData(":80")]
    [InlineData("host:-1")]
    [InlineData("host:65536")]
    [InlineData("unix:relative.sock")]
    [InlineData("unix:")]
    public void Anything_else_is_no_address(string? text) => Assert.False(TensorAddress.TryParse(text, out _));

    [Fact]
    public void A_socket_files_path_has_a_bound() => Assert.Throws<ArgumentException>(() => TensorAddress.Unix("/" + new string('a', 107)));
}
