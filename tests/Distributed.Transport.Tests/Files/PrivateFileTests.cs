using System.Runtime.Versioning;
using Distributed.Transport.Files;

namespace Distributed.Transport.Tests.Files;

[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-private-").FullName;

    public PrivateFileTests() => Open(_folder);

    private string Secret => Path.Combine(_folder, "secret");

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_secret_that_others_can_read_or_write_is_refused_with_the_remedy(UnixFileMode more)
    {
        File.WriteAllText(Secret, "s");
        File.SetUnixFileMode(Secret, Owner | more);
        Assert.Equal($"can be read or written by other users: chmod 600 {Secret}", PrivateFile.Refuse(Secret));
        File.SetUnixFileMode(Secret, Owner);
        Assert.Null(PrivateFile.Refuse(Secret));
    }

    [Fact]
    public void A_folder_that_others_cannot_enter_keeps_them_from_the_secrets_below_it()
    {
        var below = Directory.CreateDirectory(Path.Combine(_folder, "a", "b")).FullName;
        var secret = Path.Combine(below, "secret");
        File.WriteAllText(secret, "s");
        File.SetUnixFileMode(secret, Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        foreach (var folder in new[] { below, Path.GetDirectoryName(below)! }) Open(folder);
        Assert.NotNull(PrivateFile.Refuse(secret));
        File.SetUnixFileMode(Path.GetDirectoryName(below)!, Owner | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        Assert.NotNull(PrivateFile.Refuse(secret)); // the group still comes in
        File.SetUnixFileMode(Path.GetDirectoryName(below)!, Owner | UnixFileMode.UserExecute);
        Assert.Null(PrivateFile.Refuse(secret));
    }

    [Fact]
    public void New_files_and_folders_are_their_owners_alone_and_known_ones_keep_their_rights()
    {
        var made = PrivateFile.CreateFolder(Path.Combine(_folder, "x", "y"));
        foreach (var folder in new[] { made, Path.GetDirectoryName(made)! }) Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        PrivateFile.Touch(Path.Combine(made, "empty"));
        PrivateFile.Write(Secret, "one");
        PrivateFile.Write(Secret, "two");
        Assert.Equal("two", File.ReadAllText(Secret));
        Assert.Equal([Secret], Directory.GetFiles(_folder));
        foreach (var file in new[] { Path.Combine(made, "empty"), Secret }) Assert.Equal(Owner, File.GetUnixFileMode(file));
        var before = File.GetUnixFileMode(_folder);
        PrivateFile.CreateFolder(_folder);
        Assert.Equal(before, File.GetUnixFileMode(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Open(string folder) => File.SetUnixFileMode(
        folder, Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
}
