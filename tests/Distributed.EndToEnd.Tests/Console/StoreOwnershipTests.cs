namespace Distributed.EndToEnd.Tests;

public sealed class StoreOwnershipTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_process_is_told_who_owns_the_store_and_the_first_is_not_disturbed()
    {
        using var first = DtrainProcess.Start(_folder, "train", "--json", "--store", "s.db", "--out", "a", "--epochs", "2000");
        await first.ReadEventAsync("epoch");
        var (exit, output, errors) = await DtrainProcess.RunAsync(_folder, "train", "--json", "--store", "s.db", "--out", "b");
        Assert.NotEqual(0, exit);
        Assert.Contains($"in use by process {first.Id}", string.Join('\n', [.. output, errors]), StringComparison.Ordinal);
        await first.ReadEventAsync("epoch");
        await first.KillAsync();
        var (after, _, afterErrors) = await DtrainProcess.RunAsync(_folder, "jobs", "--store", "s.db");
        Assert.True(after == 0, afterErrors);
    }
}
