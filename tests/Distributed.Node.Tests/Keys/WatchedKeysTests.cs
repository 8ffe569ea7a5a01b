using Distributed.Node.Keys;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Node.Tests.Keys;

/// <summary>A key file is read again when it changes; what cannot be used changes nothing.</summary>
public sealed class WatchedKeysTests : IDisposable
{
    private const string First = "first-0123456789abcdef", Second = "second-0123456789abcdef";

    private readonly string _file = Path.GetTempFileName();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_key_that_is_added_or_removed_counts_within_a_second()
    {
        var keys = Watch($"ann:write:{First}");
        Assert.NotNull(keys.Current.Find(First));
        Change($"bob:read:{Second}");
        Assert.NotNull(keys.Current.Find(First)); // not looked at again yet
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(keys.Current.Find(First));
        Assert.Equal("bob", keys.Current.Find(Second)!.Name);
    }

    [Fact]
    public void A_file_that_changed_since_the_settings_were_read_counts_at_the_first_look()
    {
        File.WriteAllText(_file, $"ann:write:{First}");
        var keys = new WatchedKeys(ApiKeys.Parse($"ann:write:{Second}"), _file, NullLogger.Instance, _clock);
        Assert.Null(keys.Current.Find(Second));
        Assert.NotNull(keys.Current.Find(First));
    }

    [Fact]
    public void A_damaged_or_missing_file_leaves_the_keys_as_they_were_and_an_empty_one_lets_nobody_in()
    {
        var keys = Watch($"ann:write:{First}");
        Change("nonsense");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(keys.Current.Find(First));
        File.Delete(_file);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(keys.Current.Find(First));
        Change("# none\n");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(keys.Current.Find(First));
        Assert.False(keys.IsOpen);
    }

    public void Dispose() => File.Delete(_file);

    private WatchedKeys Watch(string text)
    {
        File.WriteAllText(_file, text);
        return new WatchedKeys(ApiKeys.Parse(text), _file, NullLogger.Instance, _clock);
    }

    private void Change(string text) => File.WriteAllText(_file, text); // another length, so that the time of the file does not matter
}
