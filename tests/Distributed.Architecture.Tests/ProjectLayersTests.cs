using System.Xml.Linq;

namespace Distributed.Architecture.Tests;

/// <summary>Project files reference downwards, also where no code uses the reference yet. <see cref="DependencyRulesTests"/> reads the code.</summary>
public class ProjectLayersTests
{
    [Fact]
    public void Project_files_reference_downward_only()
    {
        var projects = Directory.GetFiles(Path.Combine(ProductArchitecture.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length >= 11, $"found only {projects.Length} projects");
        var violations = projects.SelectMany(path => ProjectLayers.Violations(
            Path.GetFileNameWithoutExtension(path), ProjectLayers.ReferencesOf(XDocument.Load(path))));
        Assert.True(!violations.Any(), string.Join('\n', violations));
    }

    [Fact]
    public void Files_that_all_projects_import_reference_no_project_of_ours()
    {
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets" })
        {
            var path = Path.Combine(ProductArchitecture.RepositoryRoot, name);
            if (File.Exists(path))
                Assert.DoesNotContain(
                    ProjectLayers.ReferencesOf(XDocument.Load(path)), reference => reference.StartsWith("Distributed.", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Distributed.Tensors", "Distributed.Learning")]
    [InlineData("Distributed.Learning", "Distributed.Protocol")]
    [InlineData("Distributed.Protocol", "Distributed.Cluster")]
    [InlineData("Distributed.Protocol", "Distributed.Transport")]
    [InlineData("Distributed.Cluster", "Distributed.Node")]
    [InlineData("Distributed.Node", "Distributed.Console")]
    [InlineData("Distributed.Console", "Distributed.Node")]
    [InlineData("Distributed.Learning", "Distributed.Learning.Tests")]
    [InlineData("Distributed.Unheard", "Distributed.Tensors")]
    public void A_reference_that_does_not_point_down_is_found(string source, string reference)
    {
        Assert.NotEmpty(ProjectLayers.Violations(source, [reference]));
        foreach (var item in new[]
                 {
                     $"<ProjectReference Include='..\\{reference}\\{reference}.csproj' />",
                     $"<ProjectReference Include='../{reference}/{reference}.csproj' />",
                     $"<PackageReference Include='{reference}' />",
                     $"<Reference Include='../bin/{reference}.dll' />",
                 })
        {
            var project = XDocument.Parse($"<Project><ItemGroup Condition='true'>{item}</ItemGroup></Project>");
            Assert.NotEmpty(ProjectLayers.Violations(source, ProjectLayers.ReferencesOf(project)));
        }
    }

    [Theory]
    [InlineData("Distributed.Learning", "Distributed.Tensors")]
    [InlineData("Distributed.Cluster", "Akka.Cluster")]
    [InlineData("Distributed.Cluster", "Distributed.Transport")]
    [InlineData("Distributed.Node", "Distributed.Cluster")]
    [InlineData("Distributed.Console", "Distributed.Tensors")]
    [InlineData("Distributed.Tensors", "System.Runtime")]
    public void A_reference_that_points_down_or_out_is_not(string source, string reference) =>
        Assert.Empty(ProjectLayers.Violations(source, [reference]));
}
