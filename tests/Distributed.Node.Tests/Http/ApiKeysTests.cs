using Distributed.Node.Configuration;

namespace Distributed.Node.Tests.Http;

public sealed class ApiKeysTests
{
    private const string Key = "0123456789abcdef0123";

    [Fact]
    public void Keys_are_read_from_lines_or_from_one_line_with_semicolons()
    {
        foreach (var text in (string[])[$"# who may\n\nann:write:{Key}\r\nbob:read:{Key}x\n", $"ann:write:{Key};bob:read:{Key}x"])
        {
            var keys = ApiKeys.Parse(text);
            Assert.Equal(new ApiKeyHolder("ann", ApiRole.Write), keys.Find(Key));
            Assert.Equal(new ApiKeyHolder("bob", ApiRole.Read), keys.Find(Key + "x"));
            Assert.Null(keys.Find(Key[1..]));
            Assert.Null(keys.Find(""));
        }
    }

    [Theory]
    [InlineData("", "no key")]
    [InlineData("ann", "line 1 is not NAME:ROLE:KEY")]
    [InlineData("ann:boss:" + Key, "neither read nor write")]
    [InlineData("ann:read:short", "shorter than 20")]
    [InlineData("ann:read:" + Key + "\nann:read:" + Key + "x", "line 2 stands there twice")]
    public void A_wrong_line_is_named_by_its_number_and_its_key_is_never_told(string text, string reason)
    {
        var failure = Assert.Throws<FormatException>(() => ApiKeys.Parse(text));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.Message, StringComparison.Ordinal);
    }
}
