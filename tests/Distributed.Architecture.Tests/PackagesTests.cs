using System.Xml.Linq;

namespace Distributed.Architecture.Tests;

/// <summary>Every library is a package, and its public surface is written down. The analyzers compare it with the code.</summary>
public sealed class PackagesTests
{
    private static readonly string[] Programs = ["Distributed.Node", "Distributed.Console", "Distributed.Dashboard"];

    [Fact]
    public void Each_library_is_packed_with_its_public_surface_written_down()
    {
        var libraries = Directory.GetFiles(Path.Combine(ProductArchitecture.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => !Programs.Contains(Path.GetFileNameWithoutExtension(path))).ToList();
        Assert.True(libraries.Count >= 9, $"found only {libraries.Count} libraries");
        foreach (var path in libraries)
        {
            Assert.Equal("true", XDocument.Load(path).Descendants("IsPackable").SingleOrDefault()?.Value);
            var surface = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(path)!, "PublicAPI.Shipped.txt"));
            Assert.Equal("#nullable enable", surface[0]);
            Assert.True(surface.Length > 10, $"{path} has no public surface");
            Assert.Equal(surface.Skip(1).Order(StringComparer.Ordinal), surface.Skip(1));
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "PublicAPI.Unshipped.txt")), $"{path} lacks the file of new members");
        }
    }
}
