using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Keys;

public sealed class ApiKeysTests
{
    private const string Key = "0123456789abcdef0123";

    private static readonly string Hash = Convert.ToHexStringLower(ApiKey.HashOf(Key));

    [Fact]
    public void Keys_of_earlier_releases_are_read_from_lines_or_from_one_line_with_semicolons()
    {
        foreach (var text in (string[])[$"# who may\n\nann:write:{Key}\r\nbob:read:{Key}x\n", $"ann:write:{Key};bob:read:{Key}x"])
        {
            var keys = ApiKeys.Parse(text);
            Assert.Equal(("ann", ApiRole.Operator, null), About(keys.Find(Key)));
            Assert.Equal(("bob", ApiRole.Reader, null), About(keys.Find(Key + "x")));
            Assert.Null(keys.Find(Key[1..]));
            Assert.Null(keys.Find(""));
        }
    }

    [Fact]
    public void A_key_has_a_role_and_a_day_on_which_it_ends_and_only_its_hash_stands_in_the_file()
    {
        var keys = ApiKeys.Parse($"ann:reader:never:sha256:{Hash}\nbob:submitter:2030-12-31:sha256:{Convert.ToHexString(ApiKey.HashOf(Key + "x"))}\neve:operator:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(Key + "y"))}");
        Assert.Equal(("ann", ApiRole.Reader, null), About(keys.Find(Key)));
        Assert.Equal(("bob", ApiRole.Submitter, new DateTimeOffset(2030, 12, 31, 0, 0, 0, TimeSpan.Zero)), About(keys.Find(Key + "x")));
        Assert.Equal(("eve", ApiRole.Operator, null), About(keys.Find(Key + "y")));
        Assert.Null(keys.Find(Hash)); // who reads the file has no key
    }

    [Theory]
    [InlineData("ann", "line 1 is not NAME:ROLE:EXPIRES:sha256:HASH")]
    [InlineData("ann:boss:" + Key, "the role of line 1 is none of reader, submitter, operator")]
    [InlineData("ann:read:short", "shorter than 20")]
    [InlineData("ann:read:" + Key + "\nann:read:" + Key + "x", "line 2 stands there twice")]
    [InlineData("ann:reader:" + Key, "line 1 is not NAME:ROLE:EXPIRES:sha256:HASH")]
    [InlineData("ann:reader:never:sha256:" + Key, "line 1 is not NAME:ROLE:EXPIRES:sha256:HASH")]
    [InlineData("ann:reader:soon:sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "line 1 ends neither on a day such as 2030-12-31 nor never")]
    public void A_wrong_line_is_named_by_its_number_and_its_key_is_never_told(string text, string reason)
    {
        var failure = Assert.Throws<FormatException>(() => ApiKeys.Parse(text));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.Message, StringComparison.Ordinal);
    }

    private static (string, ApiRole, DateTimeOffset?) About(ApiKey? key) => (key!.Name, key.Role, key.Expires);
}
