namespace Distributed.Transport.Tests;

/// <summary>Nodes of one machine that share no memory, because one of them may not: the socket file carries the frames itself.</summary>
public sealed class WithoutSharedMemoryTests : IAsyncLifetime
{
    private readonly Nodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.StopAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Frames_arrive_bit_for_bit_in_both_directions(bool diallerShares, bool listenerShares)
    {
        var (atA, atB) = (new RecordingReceiver(), new RecordingReceiver());
        var a = _nodes.Start(Nodes.Options("a") with { SharesMemory = diallerShares }, atA);
        var b = _nodes.Start(Nodes.Options("b") with { SharesMemory = listenerShares }, atB);
        _nodes.Connect(a, b, Wire.Unix);
        var (gradient, weights) = (Frame.Gradient(1_000_003), Frame.Weights(1_000_003));
        Assert.True(a.TrySend(b.Self, gradient));
        Assert.True(b.TrySend(a.Self, Frame.Worker, weights));
        Eventually.Holds(() => !atB.Gradients.IsEmpty && !atA.Weights.IsEmpty, "both have come");
        Assert.True(Frame.IsSame(gradient, atB.Gradients.Single()));
        Assert.True(Frame.IsSame(weights, atA.Weights.Single().Weights));
    }
}
