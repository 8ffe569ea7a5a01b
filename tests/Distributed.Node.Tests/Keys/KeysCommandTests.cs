using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Keys;

public sealed class KeysCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-keys-").FullName;

    private string KeyFile => Path.Combine(_folder, "keys");

    [Fact]
    public async Task A_key_is_printed_once_and_its_hash_is_added_to_the_file()
    {
        File.WriteAllText(KeyFile, "# ours\nold:read:0123456789abcdef0123");
        var first = await AddAsync("--name", "ann", "--role", "submitter", "--expires", "2030-12-31");
        var second = await AddAsync("--name", "bob", "--role", "reader", "--expires", "never");
        Assert.Equal((64, 64), (first.Length, second.Length));
        Assert.NotEqual(first, second);
        var text = File.ReadAllText(KeyFile);
        Assert.StartsWith("# ours\nold:read:0123456789abcdef0123\nann:submitter:2030-12-31:sha256:", text, StringComparison.Ordinal);
        Assert.DoesNotContain(first, text, StringComparison.Ordinal);
        var keys = ApiKeys.Parse(text);
        Assert.Equal(["old", "ann", "bob"], keys.Names);
        Assert.Equal(("ann", ApiRole.Submitter), (keys.Find(first)!.Name, keys.Find(first)!.Role));
        Assert.Null(keys.Find(second)!.Expires);
    }

    [Fact]
    public async Task Without_a_day_a_key_ends_in_a_year_and_a_new_file_is_its_owners_alone()
    {
        var keys = await AddAsync("--name", "ann", "--role", "reader");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        var end = ApiKeys.Parse(File.ReadAllText(KeyFile)).Find(keys)!.Expires!.Value;
        Assert.InRange(end - DateTimeOffset.UtcNow, TimeSpan.FromDays(363), TimeSpan.FromDays(367));
    }

    [Theory]
    [InlineData("--name must be up to 64", "--name", "a:b", "--role", "reader")]
    [InlineData("--role is 'boss': it must be reader, submitter, operator", "--name", "ann", "--role", "boss")]
    [InlineData("--expires is 'soon': it must be a day such as 2030-12-31, or never", "--name", "ann", "--role", "reader", "--expires", "soon")]
    public async Task What_cannot_be_a_key_is_refused_in_one_line(string reason, params string[] args)
    {
        Assert.StartsWith($"distributed-node: {reason}", await RefusalAsync(args), StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task A_name_is_there_once_and_a_file_of_other_lines_stays_as_it_is()
    {
        await AddAsync("--name", "ann", "--role", "reader");
        Assert.Contains("has a key 'ann' already", await RefusalAsync("--name", "ann", "--role", "operator"), StringComparison.Ordinal);
        File.WriteAllText(KeyFile, "something else");
        Assert.Contains("line 1 is not", await RefusalAsync("--name", "bob", "--role", "reader"), StringComparison.Ordinal);
        Assert.Equal("something else", File.ReadAllText(KeyFile));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> AddAsync(params string[] args)
    {
        var (code, output, error) = await RunAsync(args);
        Assert.True(code == 0, error);
        return Assert.Single(output.TrimEnd().Split('\n'));
    }

    private async Task<string> RefusalAsync(params string[] args)
    {
        var (code, output, error) = await RunAsync(args);
        Assert.Equal((ExitCode.BadSetting, ""), (code, output));
        return Assert.Single(error.TrimEnd().Split('\n'));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await NodeApplication.RunAsync(["keys", "add", "--file", KeyFile, .. args], _ => null, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
